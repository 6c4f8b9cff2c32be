package atoll.format.vhd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Extent.Kind;
import atoll.format.Images;
import atoll.format.QemuTools;
import atoll.format.RawImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XenBundleTest {
  private static final long MANY = 1L << 40;
  private static final UUID ID = new UUID(8, 9);

  @TempDir Path folder;
  private Path bundle = Path.of("");
  private Path unpacked = Path.of("");

  @BeforeEach
  void paths() throws IOException {
    bundle = folder.resolve("bundle.tar");
    unpacked = Files.createDirectory(folder.resolve("unpacked"));
  }

  /** Puts entries into a tar. */
  @FunctionalInterface
  private interface Filling {
    void fill(TarArchiveOutputStream tar) throws IOException;
  }

  private void bundle(boolean gzip, Filling filling) throws IOException {
    try (OutputStream file = Files.newOutputStream(bundle);
        OutputStream out = gzip ? new GZIPOutputStream(file) : file;
        var tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      filling.fill(tar);
    }
  }

  private static void put(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    var entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static void put(TarArchiveOutputStream tar, String name, Path file) throws IOException {
    put(tar, name, Files.readAllBytes(file));
  }

  private static VhdBytes small() {
    return new VhdBytes(VhdBytes.DYNAMIC, 64 * 512, 12).put(3, new byte[512]).build(new Random(1));
  }

  private byte[] smallFile() throws IOException {
    return Files.readAllBytes(small().write(folder.resolve("small.vhd")));
  }

  private void refused(String problem) throws IOException {
    assertThatThrownBy(() -> XenBundle.open(bundle, unpacked, MANY).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(problem);
    try (Stream<Path> files = Files.list(unpacked)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void chainInABundleReadsLikeTheModel() throws IOException {
    for (int seed = 0; seed < QemuTools.seeds(20, 2000); seed++) {
      var random = new Random(seed);
      RandomLayers layers = RandomLayers.write(folder, random);
      bundle(
          random.nextBoolean(),
          tar -> {
            if (random.nextBoolean()) {
              tar.putArchiveEntry(new TarArchiveEntry("./"));
              tar.closeArchiveEntry();
            }
            String prefix = random.nextBoolean() ? "./" : "";
            List<Integer> order =
                random
                    .ints(0, layers.files().size())
                    .distinct()
                    .limit(layers.files().size())
                    .boxed()
                    .toList();
            for (int number : order) {
              put(tar, prefix + number + ".vhd", layers.files().get(number));
            }
          });
      Path target = Files.createDirectory(folder.resolve("unpacked-" + seed));
      try (var chain = XenBundle.open(bundle, target, MANY)) {
        assertThat(Arrays.mismatch(Images.content(chain), layers.content()))
            .as("seed %s", seed)
            .isEqualTo(-1);
      }
      assertThat(target.resolve("0.vhd")).exists();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "snap.vhd image.vhd base.vhd",
    "snap.vhd image.vhd",
    "image.vhd base.vhd",
    "image.vhd"
  })
  void olderNamesAreInTheirOrder(String names) throws IOException {
    List<String> leafFirst = List.of(names.split(" "));
    bundle(
        true,
        tar -> {
          put(tar, "manifest", new byte[] {1});
          put(tar, "chain", new byte[] {2});
          put(tar, "swap.vhd", new byte[] {3});
          for (int i = 0; i < leafFirst.size(); i++) {
            boolean base = i == leafFirst.size() - 1;
            var bytes = new VhdBytes(base ? VhdBytes.DYNAMIC : VhdBytes.DIFFERENCING, 512, 9);
            bytes.id(new UUID(0, i)).parent(new UUID(0, i + 1), 0, "x");
            put(tar, leafFirst.get(i), bytes.build(new Random(1)).write(folder.resolve("one.vhd")));
          }
        });
    try (var chain = XenBundle.open(bundle, unpacked, MANY)) {
      assertThat(chain.layers()).hasSameSizeAs(leafFirst);
    }
    assertThat(unpacked.resolve("swap.vhd")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/0.vhd",
        "../0.vhd",
        "a/0.vhd",
        "./../0.vhd",
        "././0.vhd",
        ".//0.vhd",
        "00.vhd",
        "01.vhd",
        "1000.vhd",
        "-1.vhd",
        "0.VHD",
        "0.vhd\n",
        "other",
        "ova.xml",
        ".",
        "..",
        "0.vhd.gz",
      })
  void otherNamesAreRefused(String name) throws IOException {
    byte[] file = smallFile();
    bundle(
        false,
        tar -> {
          put(tar, "0.vhd", file);
          put(tar, name, file);
        });
    refused("has no meaning in a bundle");
  }

  @ParameterizedTest
  @ValueSource(bytes = {'1', '2', '3', '4', '5', '6', '7', 'S'})
  void onlyPlainFilesAreUnpacked(byte kind) throws IOException {
    bundle(
        false,
        tar -> {
          var entry = new TarArchiveEntry("0.vhd", kind);
          entry.setLinkName("/etc/passwd");
          tar.putArchiveEntry(entry);
          tar.closeArchiveEntry();
        });
    refused(kind == 'S' ? "" : "is not a plain file");
  }

  @Test
  void duplicatesAndGapsAreRefused() throws IOException {
    byte[] file = smallFile();
    bundle(
        false,
        tar -> {
          put(tar, "0.vhd", file);
          put(tar, "./0.vhd", file);
        });
    refused("tar entry 0.vhd is there twice");
    bundle(false, tar -> put(tar, "1.vhd", file));
    refused("tar entry 0.vhd is missing");
    bundle(
        false,
        tar -> {
          put(tar, "0.vhd", file);
          put(tar, "base.vhd", file);
        });
    refused("tar entry 1.vhd is missing");
    bundle(false, tar -> put(tar, "manifest", new byte[1]));
    refused("tar has no VHD file");
    bundle(
        false,
        tar -> {
          put(tar, "0.vhd", file);
          put(tar, "1.vhd", file);
        });
    refused("needs no parent");
  }

  @Test
  void sizesAndCountsAreBounded() throws IOException {
    byte[] file = smallFile();
    bundle(true, tar -> put(tar, "0.vhd", file));
    assertThatThrownBy(() -> XenBundle.open(bundle, unpacked, file.length - 1).close())
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(
            "has %d bytes, %d may be unpacked".formatted(file.length, file.length - 1));
    XenBundle.open(bundle, unpacked, file.length).close();
    Files.delete(unpacked.resolve("0.vhd"));
    bundle(true, tar -> put(tar, "swap.vhd", new byte[1 << 20]));
    assertThatThrownBy(() -> XenBundle.open(bundle, unpacked, 1 << 10).close())
        .hasMessageContaining("may be unpacked");
    bundle(
        true,
        tar -> {
          for (int i = 0; i < 300; i++) {
            put(tar, "manifest", new byte[0]);
          }
        });
    refused("has more than 256 entries");
    bundle(
        true,
        tar -> {
          for (int i = 0; i < 200; i++) {
            put(tar, i + ".vhd", new byte[0]);
          }
        });
    refused("more than 128 files");
  }

  @Test
  void namesAndHeadersWithoutEndDoNotFillTheMemory() throws IOException {
    for (byte kind : new byte[] {'L', 'K', 'x', 'g'}) {
      try (OutputStream file = Files.newOutputStream(bundle);
          OutputStream out = new GZIPOutputStream(file)) {
        var entry = new TarArchiveEntry("name", kind);
        entry.setSize(1L << 32);
        var header = new byte[512];
        entry.writeEntryHeader(header);
        out.write(header);
        var content = new byte[4 << 20];
        Arrays.fill(content, (byte) '9');
        out.write(content);
      }
      refused("bundle.tar: ");
    }
  }

  @Test
  void whatFollowsTheTarIsBounded() throws IOException {
    var out = new ByteArrayOutputStream();
    try (var image = RawImage.open(Files.write(folder.resolve("image.raw"), new byte[1]))) {
      XenBundle.write(image, ID, Instant.EPOCH, false, out);
    }
    out.write(new byte[20_000]);
    Files.write(bundle, out.toByteArray());
    XenBundle.open(bundle, unpacked, MANY).close();
    Files.delete(unpacked.resolve("0.vhd"));
    out.write(new byte[2 << 20]);
    Files.write(bundle, out.toByteArray());
    refused("more than can be read here");
  }

  @Test
  void damagedBundlesGiveDataOrAnIOException() throws IOException {
    byte[] vhd = smallFile();
    bundle(false, tar -> put(tar, "0.vhd", vhd));
    byte[] plain = Files.readAllBytes(bundle);
    bundle(true, tar -> put(tar, "0.vhd", vhd));
    byte[] zipped = Files.readAllBytes(bundle);
    int opened = 0;
    for (int seed = 0; seed < QemuTools.seeds(400, 50_000); seed++) {
      var random = new Random(seed);
      byte[] bytes = (random.nextBoolean() ? plain : zipped).clone();
      if (random.nextInt(3) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      for (int i = random.nextInt(5); i > 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(Math.min(bytes.length, 700))] = (byte) random.nextInt();
      }
      Files.write(bundle, bytes);
      try (var chain = XenBundle.open(bundle, unpacked, 1 << 20)) {
        opened++;
        Files.delete(unpacked.resolve("0.vhd"));
        Images.content(chain);
      } catch (IOException e) {
        assertThat(e.getMessage()).as("seed %s", seed).contains(folder.toString());
      } catch (RuntimeException | OutOfMemoryError e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertThat(unpacked).as("seed %s", seed).isEmptyDirectory();
    }
    assertThat(opened).isGreaterThan(10);
  }

  @Test
  void filesThatAreThereAreLeftAlone() throws IOException {
    byte[] file = smallFile();
    bundle(true, tar -> put(tar, "0.vhd", file));
    Files.write(unpacked.resolve("0.vhd"), new byte[] {1});
    assertThatThrownBy(() -> XenBundle.open(bundle, unpacked, MANY).close())
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(unpacked.resolve("0.vhd")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void whatIsBundledIsUnpacked() throws IOException {
    for (int seed = 0; seed < 10; seed++) {
      var random = new Random(seed);
      var content = new byte[random.nextInt(6 << 20) + 1];
      int from = random.nextInt(content.length);
      for (int i = from; i < Math.min(content.length, from + 100_000); i++) {
        content[i] = (byte) random.nextInt();
      }
      Path raw = Files.write(folder.resolve("image.raw"), content);
      var out = new ByteArrayOutputStream();
      try (var image = RawImage.open(raw)) {
        XenBundle.write(image, ID, Instant.EPOCH, random.nextBoolean(), out);
      }
      Files.write(bundle, out.toByteArray());
      try (var chain = XenBundle.open(bundle, unpacked, MANY)) {
        byte[] expected = Arrays.copyOf(content, Math.ceilDiv(content.length, 512) * 512);
        assertThat(Arrays.mismatch(Images.content(chain), expected))
            .as("seed %s", seed)
            .isEqualTo(-1);
        assertThat(chain.layers().getFirst().id()).isEqualTo(ID);
        assertThat(Images.extents(chain)).noneMatch(extent -> extent.kind() == Kind.ABSENT);
      }
      Files.delete(unpacked.resolve("0.vhd"));
    }
  }

  @Test
  void writerClosesNothingThatIsNotItsOwn() throws IOException {
    var out =
        new ByteArrayOutputStream() {
          @Override
          public void close() {
            throw new IllegalStateException("closed");
          }
        };
    Path raw = Files.write(folder.resolve("image.raw"), new byte[1]);
    try (var image = RawImage.open(raw)) {
      XenBundle.write(image, ID, Instant.EPOCH, true, out);
    }
    assertThat(out.size()).isPositive();
  }
}
