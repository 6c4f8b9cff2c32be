package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.db.Transaction;
import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.model.Instance;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.Point;
import atoll.model.Snapshot;
import atoll.model.SnapshotId;
import atoll.model.VolumeId;
import atoll.repository.ContentDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A take a second, for minutes, of a guest that writes and discards, with the store stopped half of
 * the time: chains stay short, no take fails, every snapshot is what it was.
 */
class ManyTakesIT {
  private static final Logger LOG = LoggerFactory.getLogger(ManyTakesIT.class);
  private static final long SEED = 20261121;
  private static final Duration LENGTH =
      Boolean.getBoolean("atoll.long") ? Duration.ofHours(1) : Duration.ofMinutes(1);
  private static final int STORE_SWITCH_TAKES = 20;

  /** Layers of work at hand: what was just backed up is merged a moment later. */
  private static final int MERGES_BEHIND_MAX = 8;

  @TempDir Path folder;

  private final RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
  private final Map<SnapshotId, String> digests = new LinkedHashMap<>();
  private final List<Double> takeMillis = new ArrayList<>();
  private int longestChain;
  private int furthestBehind;

  @Test
  @Timeout(value = 90, unit = TimeUnit.MINUTES)
  void chainsStayShortHoweverOftenSnapshotsAreTaken() throws Exception {
    try (var site = TestSite.open(folder, GuestSite.hypervisor(folder))) {
      GuestSite.Machine machine = GuestSite.start(site.engine);
      try (Guest guest = GuestSite.awaitBoot(site.engine, machine)) {
        keepWriting(guest);
        takeAndTake(site, machine);
        guest.call("sh touch /run/stop");
      }
      site.store.resume();
      assertThat(site.engine.awaitIdle(Duration.ofMinutes(3)))
          .as("tasks %s", site.engine.tasks())
          .isTrue();
      checkAtRest(site, machine);
      checkDigests(site);
      report();
      for (Instance instance : site.engine.instances().list()) {
        site.engine.instances().delete(instance.id());
      }
    }
  }

  /** Writes files, deletes them and discards their space, for as long as it is not told to stop. */
  private static void keepWriting(Guest guest) throws IOException {
    guest.call("mkfs vdb");
    guest.call("mount vdb /mnt");
    guest.call(
        "sh (i=0; while [ ! -e /run/stop ]; do i=$((i+1));"
            + " head -c $((i % 7 * 200000 + 100000)) /dev/urandom > /mnt/f$((i % 40));"
            + " [ $((i % 5)) = 0 ] && rm -f /mnt/f$((i / 5 % 40)) && sync && fstrim /mnt;"
            + " sync; done) > /dev/null 2>&1 &");
  }

  private void takeAndTake(TestSite site, GuestSite.Machine machine) throws Exception {
    long start = System.nanoTime();
    long end = start + LENGTH.toNanos();
    boolean stopped = false;
    for (int i = 1; System.nanoTime() < end; i++) {
      take(site, machine, i);
      check(site, machine.data().id());
      check(site, machine.boot().id());
      if (i % STORE_SWITCH_TAKES == 0) {
        stopped = !stopped;
        if (stopped) {
          site.store.stop();
        } else {
          site.store.resume();
        }
      }
      if (i % 3 == 0) {
        deleteOne(site);
      }
      long next = start + Duration.ofSeconds(i).toNanos();
      TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
    }
  }

  private void take(TestSite site, GuestSite.Machine machine, int number) throws Exception {
    long start = System.nanoTime();
    List<Snapshot> taken =
        site.engine
            .snapshots()
            .take(TakeRequest.of(TestSite.OWNER, "take " + number, machine.volumes()));
    takeMillis.add((System.nanoTime() - start) / 1e6);
    if (number % 10 == 0) {
      Snapshot data = taken.get(1);
      String digest = digest(site, data);
      if (digest != null) {
        digests.put(data.id(), digest);
      }
    }
  }

  /**
   * The content of a snapshot that was taken just now, read from its layers; null if a merge is at
   * work on them.
   */
  private static @Nullable String digest(TestSite site, Snapshot snapshot) throws IOException {
    List<LayerId> chain = site.database.write(tx -> pin(tx, snapshot));
    if (chain.isEmpty()) {
      return null;
    }
    try (BlockImage image = site.island.open(snapshot.volume(), chain, chain.size())) {
      return ContentDigest.of(image, 64 << 10).toString();
    } finally {
      site.database.change(tx -> tx.layers().unpin("test"));
    }
  }

  private static List<LayerId> pin(Transaction tx, Snapshot snapshot) {
    Chain chain = Chain.of(tx.layers().of(snapshot.volume()));
    int last = chain.indexOf(snapshot.point());
    if (last < 0 || chain.linked().stream().anyMatch(Layer::merging)) {
      return List.of();
    }
    tx.layers().pin(chain.idsUpTo(last), "test");
    return chain.idsUpTo(last);
  }

  private void check(TestSite site, VolumeId volume) {
    site.database.read(tx -> {
      List<Layer> chain = Chain.of(tx.layers().of(volume)).linked();
      List<Point> waiting = tx.points().waiting(volume);
      int pinned = tx.layers().pinned(volume).size();
      int behind = chain.size() - Merge.LAYERS_AT_REST - waiting.size() - pinned;
      longestChain = Math.max(longestChain, chain.size());
      furthestBehind = Math.max(furthestBehind, behind);
      assertThat(behind)
          .as(
              "layers of %s: %d, waiting %d, pinned %d",
              volume, chain.size(), waiting.size(), pinned)
          .isLessThanOrEqualTo(MERGES_BEHIND_MAX);
      return behind;
    });
  }

  /** Deletes a snapshot at random, but not one that is to be compared at the end. */
  private void deleteOne(TestSite site) {
    List<Snapshot> all = site.engine.snapshots().list();
    Snapshot one = all.get(random.nextInt(all.size()));
    if (!digests.containsKey(one.id())) {
      site.engine.snapshots().delete(one.id());
    }
  }

  private static void checkAtRest(TestSite site, GuestSite.Machine machine) throws IOException {
    for (VolumeId volume : machine.volumes()) {
      assertThat(site.engine.volumes().layers(volume))
          .hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1);
      assertThat(site.island.list(volume)).hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 2);
    }
  }

  private void checkDigests(TestSite site) throws IOException {
    assertThat(digests).isNotEmpty();
    for (Map.Entry<SnapshotId, String> entry : digests.entrySet()) {
      Snapshot snapshot = site.engine.snapshots().get(entry.getKey());
      assertThat(site.repository.manifest(snapshot.point().value()).contentDigest().toString())
          .isEqualTo(entry.getValue());
    }
  }

  private void report() {
    Collections.sort(takeMillis);
    LOG.warn(
        "{} takes: median {} ms, longest {} ms; longest chain {}, furthest behind {}; seed {}",
        takeMillis.size(),
        takeMillis.get(takeMillis.size() / 2),
        takeMillis.getLast(),
        longestChain,
        furthestBehind,
        SEED);
  }
}
