package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

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
  private static final Path PASSPHRASES = Path.of("src/test/resources/repository-v1-passphrases");
  private static final String FIRST_WORDS = "correct horse battery staple";
  private static final String SECOND_WORDS = "cr\u00e8me br\u00fbl\u00e9e \ud83d\udd11";
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
    MemoryObjectStore store = stored(fixture(FIXTURE));
    var key = RepositoryKey.read(FIXTURE.resolve("key-file"));
    try (var repository =
        Repository.open(store, key, folder, InstantSource.fixed(RepositoryFixture.NOW))) {
      var stranger =
          new StrangersReader(fixture(FIXTURE), Files.readString(FIXTURE.resolve("key-file")));
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

  /** It was compressed at another level, and what heals a record must be as long. */
  @Test
  void repositoryOfTheFirstVersionIsHealed() throws Exception {
    MemoryObjectStore store = stored(fixture(FIXTURE));
    var key = RepositoryKey.read(FIXTURE.resolve("key-file"));
    int damaged = 0;
    for (RepositoryFixture.Located located : RepositoryFixture.entries(store, key)) {
      if (located.entry().kind() == PackEntry.CHUNK) {
        byte[] pack = RepositoryFixture.object(store, located.packKey());
        pack[(int) located.entry().offsetBytes() + 5] ^= 1;
        store.put(located.packKey(), ByteBuffer.wrap(pack));
        damaged++;
      }
    }
    try (var repository =
        Repository.open(store, key, folder, InstantSource.fixed(RepositoryFixture.NOW))) {
      HealReport report =
          repository.heal(
              List.of(fixtureVolume(false).whole(), fixtureVolume(true).whole()),
              ProgressListener.NONE);
      assertThat(report.left()).isEmpty();
      assertThat(report.healed()).isEqualTo(damaged).isPositive();
      assertThat(RepositoryFixture.restored(repository, SECOND).sameContent(fixtureVolume(true)))
          .isTrue();
    }
  }

  @Test
  void repositoryWithPassphrasesIsRead() throws Exception {
    Map<String, byte[]> objects = fixture(PASSPHRASES);
    MemoryObjectStore store = stored(objects);
    byte[] expected = passphraseVolume().bytes(0, 100_001);
    for (String words : List.of(FIRST_WORDS, SECOND_WORDS)) {
      try (var passphrase = Passphrase.of(words.toCharArray());
          var repository =
              Repository.open(
                  store, passphrase, folder, InstantSource.fixed(RepositoryFixture.NOW))) {
        assertThat(RepositoryFixture.restored(repository, FIRST).bytes(0, 100_001))
            .isEqualTo(expected);
      }
      assertThat(StrangersReader.withPassphrase(objects, words).read(FIRST)).isEqualTo(expected);
    }
    String keyFile = Files.readString(PASSPHRASES.resolve("key-file"));
    assertThat(new StrangersReader(objects, keyFile).read(FIRST)).isEqualTo(expected);
    assertThat(RepositoryKeys.list(store))
        .extracting(StoredKey::kind, StoredKey::label)
        .containsExactlyInAnyOrder(
            tuple("passphrase", "laptop of Anna"),
            tuple("passphrase", "caf\u00e9"),
            tuple("key-file", "safe"));
  }

  private static SparseVolume passphraseVolume() {
    var volume = new SparseVolume(100_001);
    volume.write(99_000, ByteBuffer.wrap(new byte[] {4, 5, 6}));
    return volume;
  }

  /** The objects of a fixture. */
  static Map<String, byte[]> fixture(Path folder) throws IOException {
    var objects = new TreeMap<String, byte[]>();
    Path root = folder.resolve("objects");
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return objects;
  }

  /** A store with such objects. */
  static MemoryObjectStore stored(Map<String, byte[]> objects) throws IOException {
    var store = new MemoryObjectStore();
    for (Map.Entry<String, byte[]> object : objects.entrySet()) {
      store.put(object.getKey(), ByteBuffer.wrap(object.getValue()));
    }
    return store;
  }

  /** All objects of a store. */
  static Map<String, byte[]> objects(ObjectStore store) throws IOException {
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

  /** Writes a fixture anew, as it was once made: {@code passphrases} the second, else the first. */
  public static void main(String[] args) throws Exception {
    if (args.length > 1 && args[1].equals("passphrases")) {
      writePassphrases(Path.of(args[0]));
      return;
    }
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
    write(store, root);
  }

  private static void writePassphrases(Path folder) throws Exception {
    Path root = Files.createDirectories(folder.resolve("objects"));
    var store = new MemoryObjectStore();
    var cost = new Argon2Cost(8 << 10, 2, 2);
    try (var first = Passphrase.of(FIRST_WORDS.toCharArray(), cost);
        var second = Passphrase.of(SECOND_WORDS.toCharArray(), new Argon2Cost(100, 5, 3));
        var key = RepositoryKey.generate(RepositoryFixture.RANDOM)) {
      Repository.create(
          store,
          first,
          "laptop of Anna",
          new RepositorySettings(RepositoryFixture.CHUNK),
          RepositoryFixture.RANDOM,
          InstantSource.fixed(RepositoryFixture.NOW));
      try (var keys =
          RepositoryKeys.open(
              store,
              first,
              RepositoryFixture.RANDOM,
              InstantSource.fixed(RepositoryFixture.NOW),
              _ -> {})) {
        keys.add(second, "caf\u00e9");
        keys.add(key, "safe");
      }
      key.writeTo(folder.resolve("key-file"));
      try (var repository =
          Repository.open(
              store,
              first,
              Files.createTempDirectory("cache"),
              InstantSource.fixed(RepositoryFixture.NOW))) {
        repository.write(
            RepositoryFixture.request(FIRST, null),
            passphraseVolume().whole(),
            ProgressListener.NONE);
      }
    }
    write(store, root);
  }

  /** Writes all objects of a store to files. */
  static void write(ObjectStore store, Path root) throws IOException {
    for (Map.Entry<String, byte[]> object : objects(store).entrySet()) {
      Path file = root.resolve(object.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, object.getValue());
    }
  }
}
