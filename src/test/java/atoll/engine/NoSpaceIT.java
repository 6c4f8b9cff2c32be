package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import atoll.db.DatabaseFaultException;
import atoll.demo.Guest;
import atoll.format.BlockImage;
import atoll.model.AlertKind;
import atoll.model.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest runs while primary storage, the repository or the database's disk is full. */
class NoSpaceIT {
  private static final int MIB = 1 << 20;

  @TempDir static Path temporary;
  private static final List<Path> MOUNTED = new ArrayList<>();
  private static TestSite site;
  private static Engine engine;
  private static GuestSite.Machine machine;
  private static Guest guest;

  @BeforeAll
  static void boot() throws Exception {
    Path folder = temporary.resolve("site");
    mount(folder, 64);
    mount(folder.resolve("volumes"), 1024);
    mount(folder.resolve("repository"), 512);
    site = TestSite.open(folder, GuestSite.hypervisor(temporary));
    engine = site.engine;
    machine = GuestSite.start(engine);
    guest = GuestSite.awaitBoot(engine, machine);
  }

  private static void mount(Path folder, int mib) throws IOException, InterruptedException {
    assumeTrue(Balloon.mount(folder, mib), "this user may not mount");
    MOUNTED.addFirst(folder);
  }

  @AfterAll
  static void end() throws Exception {
    if (site != null) {
      if (guest != null) {
        guest.close();
        engine.instances().delete(machine.instance().id());
      }
      site.close();
    }
    for (Path folder : MOUNTED) {
      Balloon.unmount(folder);
    }
  }

  private static Snapshot take() throws IOException, InterruptedException {
    return engine
        .snapshots()
        .take(TakeRequest.of(TestSite.OWNER, "s", machine.volumes()))
        .getLast();
  }

  private static void write(int mib, String seed) throws IOException {
    guest.call("write vdb %d %d %s".formatted((long) mib * MIB, MIB, seed));
  }

  private static void checkBackedUp(Snapshot snapshot, int mib, String seed) throws Exception {
    assertThat(engine.snapshots().awaitBackedUp(snapshot.id(), TestSite.PATIENCE)).isTrue();
    try (BlockImage image = site.repository.open(snapshot.point().value())) {
      var bytes = ByteBuffer.allocate(MIB);
      image.read((long) mib * MIB, bytes);
      assertThat(bytes.array()).isEqualTo(Pattern.bytes((long) mib * MIB, MIB, seed));
    }
  }

  private static boolean isTold(AlertKind kind) {
    return engine.alerts().list().stream().anyMatch(alert -> alert.kind() == kind);
  }

  @Test
  void aBackupWaitsForSpaceInTheRepositoryAndTakesGoOn() throws Exception {
    var balloon = new Balloon(site.folder.resolve("repository"));
    balloon.inflate();
    write(1, "one");
    Snapshot first = take();
    Eventually.await(() -> isTold(AlertKind.BACKUP_FAILING));
    assertThat(engine.alerts().list().getFirst().message()).contains("No space left");
    write(1, "two");
    Snapshot second = take();
    balloon.burst();
    checkBackedUp(first, 1, "one");
    checkBackedUp(second, 1, "two");
    Eventually.await(() -> engine.alerts().list().isEmpty());
  }

  @Test
  void aGuestWaitsForSpaceOnPrimaryStorageAndIsNotBroken() throws Exception {
    var balloon = new Balloon(site.folder.resolve("volumes"));
    balloon.inflate();
    assertThatThrownBy(NoSpaceIT::take)
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("free some space");
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(() -> {
          try {
            write(2, "three");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    Eventually.await(() -> isTold(AlertKind.GUEST_STOPPED) && isTold(AlertKind.SPACE_LOW));
    assertThat(writing).isNotDone();
    balloon.burst();
    writing.get(30, TimeUnit.SECONDS);
    checkBackedUp(take(), 2, "three");
    Eventually.await(() -> engine.alerts().list().isEmpty());
  }

  @Test
  void whatTheDatabaseCannotRecordIsNotReported() throws Exception {
    var balloon = new Balloon(site.folder);
    balloon.inflate();
    var taken = new ArrayList<Snapshot>();
    write(3, "four");
    assertThatThrownBy(
            () -> {
              while (true) {
                taken.add(take());
              }
            })
        .isInstanceOf(DatabaseFaultException.class)
        .hasMessageContaining("atoll.db");
    write(3, "five");
    balloon.burst();
    for (Snapshot snapshot : taken) {
      checkBackedUp(snapshot, 3, "four");
    }
    Snapshot after = take();
    checkBackedUp(after, 3, "five");
    assertThat(guest.call("verify vdb %d %d five".formatted(3L * MIB, MIB))).isEqualTo("same");
    assertThat(engine.awaitIdle(TestSite.PATIENCE)).as("%s", engine.tasks()).isTrue();
    assertThat(engine.volumes().layers(machine.data().id()))
        .hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST);
  }
}
