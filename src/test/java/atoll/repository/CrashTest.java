package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A life of three snapshots, ended at every call that changes the store in turn, or troubled at
 * every call at all; and what is left afterwards.
 */
final class CrashTest {
  @TempDir private Path cache;

  /** One step of the story: a snapshot to write, or one to delete. */
  private record Step(
      UUID id, @Nullable UUID parent, SparseVolume content, SparseVolume.@Nullable Layer image) {
    void run(Repository repository) throws IOException {
      if (image == null) {
        repository.delete(id);
      } else {
        repository.write(RepositoryFixture.request(id, parent), image, ProgressListener.NONE);
      }
    }
  }

  private static List<Step> story() {
    var random = new SplittableRandom(4);
    var steps = new ArrayList<Step>();
    SparseVolume first = RepositoryFixture.volume(30, random);
    var a = new UUID(0, 1);
    steps.add(new Step(a, null, first, first.whole()));
    SparseVolume second = first.copy();
    second.grow(400L * RepositoryFixture.CHUNK);
    second.write(300_000, ByteBuffer.wrap(RepositoryFixture.content(60_000, random)));
    second.write(5_000_000, ByteBuffer.wrap(RepositoryFixture.content(60_000, random)));
    second.zero(0, 20_000);
    SparseVolume.Layer layer =
        second
            .layer()
            .mark(0, 39, Extent.Kind.ZERO)
            .mark(500, 750, Extent.Kind.DATA)
            .mark(9_700, 9_900, Extent.Kind.DATA);
    var b = new UUID(0, 2);
    steps.add(new Step(b, a, second, layer));
    steps.add(new Step(a, null, first, null));
    SparseVolume third = RepositoryFixture.volume(10, random);
    steps.add(new Step(new UUID(0, 3), null, third, third.whole()));
    return steps;
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"KILL", "KILL_AFTER"})
  void everyCrashLeavesWholeSnapshotsAndNothingElse(Fate fate) throws IOException {
    List<Step> story = story();
    int mutation = 1;
    for (boolean isOver = false; !isOver; mutation++) {
      MemoryObjectStore memory = RepositoryFixture.newStore();
      var store = new FaultyObjectStore(memory);
      store.atMutation(mutation, fate);
      Path ownCache = cache.resolve(fate + "-" + mutation);
      int acknowledged = 0;
      try (var repository = RepositoryFixture.open(store, ownCache)) {
        for (Step step : story) {
          step.run(repository);
          acknowledged++;
        }
        isOver = true;
      } catch (IOException e) {
        assertThat(e).hasStackTraceContaining("fault: KILL");
      }
      String when = fate + " at mutation " + mutation;
      try (var repository = RepositoryFixture.open(memory, ownCache)) {
        check(repository, story, acknowledged, when);
        for (Step step : story.subList(acknowledged, story.size())) {
          step.run(repository);
        }
        check(repository, story, story.size(), when + ", and then tried again");
      }
    }
    assertThat(mutation).isGreaterThan(18);
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"FAIL", "LOSE_ANSWER"})
  void everyFailedCallIsMadeGoodByTryingAgain(Fate fate) throws IOException {
    List<Step> story = story();
    long call = 1;
    for (boolean isOver = false; !isOver; call++) {
      MemoryObjectStore memory = RepositoryFixture.newStore();
      var store = new FaultyObjectStore(memory);
      Path ownCache = cache.resolve(fate + "-" + call);
      try (var repository = RepositoryFixture.open(store, ownCache)) {
        long troubled = store.calls() + call;
        store.follow(c -> c.number() == troubled ? fate : Fate.PASS);
        for (Step step : story) {
          runTwice(step, repository);
        }
        isOver = store.calls() < troubled;
        store.follow(_ -> Fate.PASS);
        check(repository, story, story.size(), fate + " at call " + call);
        checkLeases(memory);
      }
    }
    assertThat(call).isGreaterThan(40);
  }

  private static void runTwice(Step step, Repository repository) throws IOException {
    try {
      step.run(repository);
    } catch (IOException e) {
      assertThat(e).hasStackTraceContaining("fault: ");
      step.run(repository);
    }
  }

  /** A lease may stay behind only where the call that removes it was the one that failed. */
  private static void checkLeases(ObjectStore store) throws IOException {
    assertThat(RepositoryFixture.keys(store, "leases/")).hasSizeLessThanOrEqualTo(1);
  }

  /** After the acknowledged steps, and perhaps the next one, in full. */
  private static void check(Repository repository, List<Step> story, int acknowledged, String when)
      throws IOException {
    Set<UUID> atLeast = snapshotsAfter(story, acknowledged);
    Set<UUID> atMost = snapshotsAfter(story, Math.min(story.size(), acknowledged + 1));
    var found = new HashSet<UUID>();
    repository.list().manifests().forEach(manifest -> found.add(manifest.id()));
    assertThat(repository.list().unreadable()).as(when).isEmpty();
    assertThat(found.equals(atLeast) || found.equals(atMost))
        .as("%s: found %s after %d steps", when, found, acknowledged)
        .isTrue();
    for (Step step : story) {
      if (step.image != null && found.contains(step.id)) {
        SparseVolume restored = RepositoryFixture.restored(repository, step.id);
        assertThat(restored.sameContent(step.content)).as("%s: %s", when, step.id).isTrue();
      }
    }
    VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
    assertThat(report.damage()).as(when).isEmpty();
  }

  private static Set<UUID> snapshotsAfter(List<Step> story, int steps) {
    var there = new HashSet<UUID>();
    for (Step step : story.subList(0, steps)) {
      if (step.image == null) {
        there.remove(step.id);
      } else {
        there.add(step.id);
      }
    }
    return there;
  }

  @Test
  void resumedWritingDoesNotSendAgainWhatArrived() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(100, new SplittableRandom(8));
    MemoryObjectStore memory = RepositoryFixture.newStore();
    var store = new FaultyObjectStore(memory);
    var request = RepositoryFixture.request(UUID.randomUUID(), null);
    try (var repository = RepositoryFixture.open(store, cache)) {
      store.follow(
          c -> c.operation().mutates() && c.key().startsWith("snapshots/") ? Fate.KILL : Fate.PASS);
      repository.write(request, volume.whole(), ProgressListener.NONE);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("fault: KILL");
    }
    try (var repository = RepositoryFixture.open(memory, cache)) {
      store.follow(_ -> Fate.PASS);
      SnapshotManifest manifest = repository.write(request, volume.whole(), ProgressListener.NONE);
      assertThat(manifest.bytesStored()).isLessThan(10_000);
    }
  }
}
