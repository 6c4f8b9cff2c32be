package atoll.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryObjectStoreTest extends ObjectStoreContract {
  @TempDir private Path root;

  @Override
  protected ObjectStore openEmpty() throws IOException {
    return DirectoryObjectStore.open(root);
  }

  @Test
  void missingRootIsNamed() {
    Path missing = root.resolve("not-mounted");
    assertThatThrownBy(() -> DirectoryObjectStore.open(missing))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(missing.toString())
        .hasMessageContaining("mounted");
    assertThat(missing).doesNotExist();
  }

  @Test
  void rootThatGoesAwayIsNoEmptyStore() throws IOException {
    Path disk = Files.createDirectory(root.resolve("disk"));
    try (ObjectStore store = DirectoryObjectStore.open(disk)) {
      store.put("a/b", content());
      Files.move(disk, root.resolve("elsewhere"));
      Files.createDirectory(disk);
      assertThatThrownBy(() -> store.put("a/c", content())).hasMessageContaining("mounted");
      assertThatThrownBy(() -> store.get("a/b", MANY))
          .isNotInstanceOf(NoSuchObjectException.class)
          .hasMessageContaining("mounted");
      assertThatThrownBy(() -> store.exists("a/b")).hasMessageContaining("mounted");
      assertThatThrownBy(() -> store.list("", (_, _) -> {})).hasMessageContaining("mounted");
      assertThat(disk).isEmptyDirectory();
    }
  }

  @Test
  void folderThatSomebodyRemovedIsMadeAgain() throws IOException {
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      store.put("a/b", content());
      store.delete("a/b");
      Files.delete(root.resolve("a"));
      assertThatThrownBy(() -> store.put("a/b", content())).isInstanceOf(IOException.class);
      store.put("a/b", content());
      assertThat(store.exists("a/b")).isTrue();
    }
  }

  @Test
  void missingPermissionIsNamed() throws IOException {
    Path folder = Files.createDirectory(root.resolve("locked"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(folder), "root may write everywhere");
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      assertThatThrownBy(() -> store.put("locked/a", content()))
          .hasMessageContaining("permission denied")
          .hasMessageContaining("locked/a");
    }
  }

  @Test
  void storeThatCannotBeWrittenToCanBeRead() throws IOException {
    Files.writeString(root.resolve("a"), "content");
    Files.delete(root.resolve(".incoming"));
    Files.createFile(root.resolve(".incoming")); // no folder can be made there
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      assertThat(store.get("a", MANY).remaining()).isEqualTo(7);
      assertThat(store.exists("b")).isFalse();
      assertThatThrownBy(() -> store.put("b", content())).isInstanceOf(IOException.class);
    }
  }

  @Test
  void failedPutLeavesNothing() throws IOException {
    Files.createDirectories(root.resolve("a/b"));
    Files.createFile(root.resolve("a/b/c"));
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      assertThatThrownBy(() -> store.put("a/b", content()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a/b");
      assertThat(root.resolve(".incoming")).isEmptyDirectory();
    }
  }

  @Test
  void interruptedPutFailsAndLeavesNothing() throws IOException {
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> store.put("a/b", content()))
          .isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(store.exists("a/b")).isFalse();
      assertThat(root.resolve(".incoming")).isEmptyDirectory();
      store.put("a/b", content());
    }
  }

  @Test
  void openingRemovesWhatKilledPutsLeft() throws Exception {
    Path incoming;
    try (ObjectStore first = DirectoryObjectStore.open(root)) {
      first.put("a", content());
      incoming = root.resolve(".incoming");
    }
    String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    long own = ProcessHandle.current().pid();
    long start = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
    Path live = Files.createFile(incoming.resolve(name(host, own, start)));
    Path samePidEarlier = Files.createFile(incoming.resolve(name(host, own, start - 1000)));
    Path dead = Files.createFile(incoming.resolve(name(host, deadPid(), start)));
    Path foreignYoung = Files.createFile(incoming.resolve(name("other", 1, 2)));
    Path foreignOld = Files.createFile(incoming.resolve(name("other", 2, 2)));
    Path strangeOld = Files.createFile(incoming.resolve("whatever"));
    FileTime threeDaysAgo = FileTime.from(Instant.now().minusSeconds(3 * 24 * 3600));
    for (Path old : List.of(live, foreignOld, strangeOld)) {
      Files.setLastModifiedTime(old, threeDaysAgo);
    }

    try (ObjectStore second = DirectoryObjectStore.open(root)) {
      try (Stream<Path> left = Files.list(incoming)) {
        assertThat(left).containsExactlyInAnyOrder(live, foreignYoung);
      }
      assertThat(List.of(samePidEarlier, dead)).allSatisfy(p -> assertThat(p).doesNotExist());
      assertThat(second.exists("a")).isTrue();
    }
  }

  @Test
  void leftoversAreNeverListed() throws IOException {
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      Files.createFile(root.resolve(".incoming/leftover"));
      store.list("", (key, _) -> assertThat(key).isEmpty());
    }
  }

  private static String name(String host, long pid, long start) {
    return "%s,%d,%d,1-1".formatted(host, pid, start);
  }

  private static long deadPid() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }

  private static ByteBuffer content() {
    return ByteBuffer.wrap(new byte[] {1, 2, 3});
  }
}
