package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.Extent;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes are those of docs/repository-format.md, today and in the repositories that are. */
final class FormatTest {
  private static final Path FIXTURE = Path.of("src/test/resources/repository-v1");
  private static final UUID FIRST = new UUID(0, 1);
  private static final UUID SECOND = new UUID(0, 2);

  @TempDir private Path folder;

  @Test
  void strangerReadsWhatIsWrittenToday() throws Exception {
    var random = new SplittableRandom(6);
    MemoryObjectStore store = RepositoryFixture.newStore();
    RepositoryFixture.KEY.writeTo(folder.resolve("key"));
    try (var repository = RepositoryFixture.open(store, folder)) {
      SparseVolume volume = RepositoryFixture.volume(50, random);
      volume.grow(5_000_001);
      volume.write(4_900_000, ByteBuffer.wrap(RepositoryFixture.content(100_001, random)));
      UUID first = RepositoryFixture.write(repository, volume);
      byte[] firstContent = volume.bytes(0, 5_000_001);
      volume.write(100, ByteBuffer.wrap(new byte[] {1, 2, 3}));
      UUID second = UUID.randomUUID();
      repository.write(
          RepositoryFixture.request(second, first),
          volume.layer().mark(0, 1, Extent.Kind.DATA),
          ProgressListener.NONE);
      var stranger = new StrangersReader(objects(store), Files.readString(folder.resolve("key")));
      assertThat(stranger.read(first)).isEqualTo(firstContent);
      assertThat(stranger.read(second)).isEqualTo(volume.bytes(0, 5_000_001));
    }
  }

  @Test
  void repositoryOfTheFirstVersionIsRead() throws Exception {
    var store = new MemoryObjectStore();
    for (Map.Entry<String, byte[]> object : fixture().entrySet()) {
      store.put(object.getKey(), ByteBuffer.wrap(object.getValue()));
    }
    var key = RepositoryKey.read(FIXTURE.resolve("key-file"));
    try (var repository =
        Repository.open(store, key, folder, InstantSource.fixed(RepositoryFixture.NOW))) {
      var stranger = new StrangersReader(fixture(), Files.readString(FIXTURE.resolve("key-file")));
      for (UUID id : List.of(FIRST, SECOND)) {
        SparseVolume expected = fixtureVolume(id.equals(SECOND));
        assertThat(RepositoryFixture.restored(repository, id).sameContent(expected)).isTrue();
        assertThat(repository.manifest(id).contentDigest())
            .isEqualTo(ContentDigest.of(expected.whole(), repository.chunkSizeBytes()));
        int size = (int) expected.sizeBytes();
        assertThat(stranger.read(id)).isEqualTo(expected.bytes(0, size));
      }
      assertThat(repository.list().manifests()).hasSize(2);
      assertThat(repository.manifest(SECOND).parent()).isEqualTo(FIRST);
      assertThat(repository.verify(VerifyMode.FULL, ProgressListener.NONE).isClean()).isTrue();
    }
  }

  private static Map<String, byte[]> fixture() throws IOException {
    var objects = new TreeMap<String, byte[]>();
    Path root = FIXTURE.resolve("objects");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return objects;
  }

  private static Map<String, byte[]> objects(ObjectStore store) throws IOException {
    var objects = new TreeMap<String, byte[]>();
    for (String key : RepositoryFixture.keys(store, "")) {
      objects.put(key, RepositoryFixture.object(store, key));
    }
    return objects;
  }

  /** What the snapshots of the fixture hold: a pattern, and bytes that do not compress. */
  private static SparseVolume fixtureVolume(boolean isSecond) throws Exception {
    var volume = new SparseVolume(isSecond ? 5_000_000 : 700_001);
    var pattern = new byte[100_000];
    for (int i = 0; i < pattern.length; i++) {
      pattern[i] = (byte) (i % 251);
    }
    volume.write(0, ByteBuffer.wrap(pattern));
    var sha256 = MessageDigest.getInstance("SHA-256");
    for (int i = 0; i < 700; i++) {
      sha256.update(ByteBuffer.allocate(4).putInt(i).flip());
      volume.write(300_000 + i * 32L, ByteBuffer.wrap(sha256.digest()));
    }
    volume.write(700_000, ByteBuffer.wrap(new byte[] {42}));
    if (isSecond) {
      volume.write(50_000, ByteBuffer.wrap(new byte[40_000]));
      volume.write(4_999_999, ByteBuffer.wrap(new byte[] {43}));
    }
    return volume;
  }

  /** Writes the fixture; ran once, when the format was fixed. */
  public static void main(String[] args) throws Exception {
    Path root = Files.createDirectories(Path.of(args[0]).resolve("objects"));
    RepositoryFixture.KEY.writeTo(Path.of(args[0]).resolve("key-file"));
    var store = new MemoryObjectStore();
    RepositoryFixture.create(store);
    try (var repository = RepositoryFixture.open(store, Files.createTempDirectory("cache"))) {
      repository.write(
          RepositoryFixture.request(FIRST, null),
          fixtureVolume(false).whole(),
          ProgressListener.NONE);
      SparseVolume second = fixtureVolume(true);
      SparseVolume.Layer layer =
          second
              .layer()
              .mark(97, 176, Extent.Kind.DATA)
              .mark(9_000, 9_765, Extent.Kind.ZERO)
              .mark(9_765, 9_766, Extent.Kind.DATA);
      repository.write(RepositoryFixture.request(SECOND, FIRST), layer, ProgressListener.NONE);
    }
    for (Map.Entry<String, byte[]> object : objects(store).entrySet()) {
      Path file = root.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
  }
}
