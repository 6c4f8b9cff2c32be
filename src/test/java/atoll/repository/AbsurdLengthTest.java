package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.DirectoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that are longer than memory; all but a hole of them is as it was written. */
final class AbsurdLengthTest {
  private static final long ABSURD_BYTES = 3L << 30;

  @TempDir private Path root;
  @TempDir private Path cache;

  private UUID snapshot = new UUID(0, 0);

  @BeforeEach
  void writeSnapshot() throws IOException {
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      RepositoryFixture.create(store);
      try (var repository = RepositoryFixture.open(store, cache)) {
        var volume = RepositoryFixture.volume(3, new SplittableRandom(1));
        snapshot = RepositoryFixture.write(repository, volume);
      }
    }
  }

  private void lengthen(String key, long bytes) throws IOException {
    try (var file = new RandomAccessFile(root.resolve(key).toFile(), "rw")) {
      file.setLength(bytes);
    }
  }

  @Test
  void configAndKeysAreDamaged() throws IOException {
    for (String prefix : new String[] {ObjectNames.KEYS, ObjectNames.CONFIG}) {
      try (ObjectStore store = DirectoryObjectStore.open(root)) {
        lengthen(RepositoryFixture.keys(store, prefix).getFirst(), ABSURD_BYTES);
        assertThatThrownBy(() -> RepositoryFixture.open(store, cache).close())
            .isInstanceOf(DamagedObjectException.class)
            .hasMessageContaining(prefix);
      }
    }
  }

  @Test
  void sealedObjectIsDamaged() throws IOException {
    lengthen(ObjectNames.snapshot(snapshot), ABSURD_BYTES);
    try (ObjectStore store = DirectoryObjectStore.open(root);
        var repository = RepositoryFixture.open(store, cache)) {
      assertThatThrownBy(() -> repository.manifest(snapshot))
          .isInstanceOf(DamagedObjectException.class);
      assertThat(repository.list().unreadable()).containsOnlyKeys(snapshot);
    }
  }

  @Test
  void directoryThatIsAsLongAsItsTrailerSaysIsDamaged() throws IOException {
    try (ObjectStore store = DirectoryObjectStore.open(root)) {
      String pack = RepositoryFixture.keys(store, ObjectNames.PACKS).getFirst();
      long trailerAt = ObjectHeader.BYTES + (long) Integer.MAX_VALUE;
      lengthen(pack, trailerAt);
      var trailer = ByteBuffer.allocate(PackDirectory.TRAILER_BYTES);
      trailer
          .putLong(ObjectHeader.BYTES)
          .putInt(Integer.MAX_VALUE)
          .put(PackDirectory.TRAILER_MAGIC);
      try (var file = new RandomAccessFile(root.resolve(pack).toFile(), "rw")) {
        file.seek(trailerAt);
        file.write(trailer.array());
      }
      try (var repository = RepositoryFixture.open(store, cache)) {
        VerifyReport report = repository.verify(VerifyMode.FULL, ProgressListener.NONE);
        assertThat(report.toString()).contains("a trailer");
      }
    }
  }
}
