package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.MemoryObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reader does when the collector has moved what it wants. */
final class RelocationTest {
  private static final SplittableRandom CONTENT = new SplittableRandom(3);

  @TempDir private Path cache;

  private final SparseVolume volume = RepositoryFixture.volume(40, CONTENT);
  private final List<byte[]> moves = new ArrayList<>();
  private MemoryObjectStore store = new MemoryObjectStore();
  private KeyRing keys = new KeyRing(store, new UUID(0, 0), new byte[32], RepositoryFixture.RANDOM);
  private UUID snapshot = new UUID(0, 0);

  @BeforeEach
  void write() throws IOException {
    store = RepositoryFixture.newStore();
    try (var repository = RepositoryFixture.open(store, cache)) {
      snapshot = RepositoryFixture.write(repository, volume);
      byte[] master =
          RepositoryCreation.unwrapMasterKey(store, RepositoryFixture.KEY, repository.id());
      keys = new KeyRing(store, repository.id(), master, RepositoryFixture.RANDOM);
    }
  }

  @Test
  void movedRecordsAreFoundInTheirNewPacks() throws IOException {
    moveAll();
    writeMap(1);
    check();
  }

  @Test
  void recordsMovedTwiceAreFoundAsWell() throws IOException {
    moveAll();
    writeMap(1);
    moveAll();
    writeMap(2);
    check();
  }

  @Test
  void openImageFollowsWhatIsMovedMeanwhile() throws IOException {
    try (var repository = RepositoryFixture.open(store, cache);
        SnapshotImage image = repository.open(snapshot)) {
      readAll(image, 0);
      moveAll();
      writeMap(1);
      readAll(image, 5L * RepositoryFixture.CHUNK);
    }
  }

  @Test
  void damagedAndStrangeMapsDoNotHideTheOthers() throws IOException {
    moveAll();
    writeMap(2);
    store.put(ObjectNames.relocation(1), ByteBuffer.allocate(200));
    store.put("relocations/readme.txt", ByteBuffer.allocate(200));
    store.put("condemned/readme.txt", ByteBuffer.allocate(200));
    check(ObjectNames.relocation(1));
  }

  @Test
  void missingPackWithoutAMapIsDamage() throws IOException {
    String pack = RepositoryFixture.keys(store, "packs/").getFirst();
    store.delete(pack);
    try (var repository = RepositoryFixture.open(store, cache)) {
      assertThatThrownBy(() -> RepositoryFixture.restored(repository, snapshot))
          .isInstanceOf(DamagedObjectException.class)
          .hasMessageContaining(pack);
    }
  }

  private void check(String... damaged) throws IOException {
    try (var repository = RepositoryFixture.open(store, cache)) {
      assertThat(RepositoryFixture.restored(repository, snapshot).sameContent(volume)).isTrue();
      assertThat(repository.verify(VerifyMode.QUICK, ProgressListener.NONE).damage()).isEmpty();
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).damage())
          .extracting(VerifyReport.Damage::objectKey)
          .containsExactly(damaged);
    }
    try (var repository = RepositoryFixture.open(store, cache);
        SnapshotImage image = repository.open(snapshot)) {
      readAll(image, 0);
    }
  }

  private void readAll(SnapshotImage image, long from) throws IOException {
    var bytes = ByteBuffer.allocate((int) (volume.sizeBytes() - from));
    image.read(from, bytes);
    assertThat(bytes.array()).isEqualTo(volume.bytes(from, bytes.capacity()));
  }

  /** Moves every record of every pack, in another order, into two new packs. */
  private void moveAll() throws IOException {
    for (String packKey : RepositoryFixture.keys(store, "packs/")) {
      var pack = ObjectId.ofHex(ObjectNames.last(packKey));
      byte[] bytes = RepositoryFixture.object(store, packKey);
      PackDirectory directory = PackDirectory.read(store, keys, pack, bytes.length);
      var entries = new ArrayList<>(directory.entries());
      Collections.reverse(entries);
      int half = entries.size() / 2;
      move(bytes, pack, directory.key(), entries.subList(0, half));
      move(bytes, pack, directory.key(), entries.subList(half, entries.size()));
      store.delete(packKey);
    }
  }

  private void move(byte[] bytes, ObjectId pack, DataKey key, List<PackEntry> entries)
      throws IOException {
    var cipher = new RecordCipher();
    var builder =
        new PackBuilder(
            ObjectId.random(RepositoryFixture.RANDOM), key, 1 << 20, cipher, new byte[0]);
    for (PackEntry entry : entries) {
      var plain = new byte[entry.lengthBytes() - RecordCipher.TAG_BYTES];
      try {
        cipher.open(
            key.objectKey(ObjectKind.PACK, pack),
            entry.offsetBytes(),
            entry.data(),
            bytes,
            (int) entry.offsetBytes(),
            entry.lengthBytes(),
            plain,
            0);
      } catch (AEADBadTagException e) {
        throw new AssertionError(e);
      }
      Place to =
          entry.kind() == PackEntry.CHUNK
              ? builder.addChunk(
                  entry.digest(), entry.digest(), entry.encoding(), plain, 0, plain.length)
              : builder.addNode(
                  entry.level(), entry.digest(), entry.encoding(), plain, plain.length);
      var move = ByteBuffer.allocate(60);
      pack.writeTo(move);
      move.putInt((int) entry.offsetBytes()).putInt(entry.lengthBytes());
      to.pack().writeTo(move);
      to.key().writeTo(move);
      move.putInt((int) to.offsetBytes());
      moves.add(move.array());
    }
    store.put(ObjectNames.pack(builder.id()), builder.finish());
  }

  private void writeMap(long number) throws IOException {
    var map = ByteBuffer.allocate(4 + 60 * moves.size()).putInt(moves.size());
    moves.sort(Arrays::compareUnsigned); // old places come first
    moves.forEach(map::put);
    new SealedObjects(store, keys, RepositoryFixture.RANDOM)
        .write(
            ObjectKind.RELOCATION,
            ObjectNames.relocation(number),
            keys.repositoryKey(),
            ObjectNames.relocationData(number),
            map.array());
    moves.clear();
  }
}
