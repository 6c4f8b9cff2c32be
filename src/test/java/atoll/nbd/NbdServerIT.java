package atoll.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.QemuTools;
import atoll.format.RawImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server before the clients of QEMU and libnbd. */
final class NbdServerIT {
  private static final int MIB = 1 << 20;
  private static final String NAME = "disk of vm1";

  @TempDir private Path folder;
  private NbdServer server = Servers.none();
  private List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void serve() throws IOException {
    QemuTools.require();
    QemuTools.require("nbdinfo");
    makeDisk("disk.raw", 64 * MIB);
    serve("disk.raw");
  }

  /** Data with holes, of which the tools see nothing but what the server says. */
  private void makeDisk(String name, long sizeBytes) throws IOException {
    var bytes = new byte[3 * MIB];
    new Random(1).nextBytes(bytes);
    try (var file = new RandomAccessFile(folder.resolve(name).toFile(), "rw")) {
      file.setLength(sizeBytes);
      file.seek(5 * MIB);
      file.write(bytes);
      file.seek(40 * MIB + 65536);
      file.write(bytes, 0, 65536);
      file.seek(sizeBytes - 100);
      file.write(bytes, 0, 100);
    }
    tool("qemu-io", "-f", "raw", "-c", "write -P 171 20M 2M", name);
  }

  private void serve(String name) throws IOException {
    RawImage image = RawImage.open(folder.resolve(name));
    open.add(image);
    server =
        NbdServer.listen(
            folder.resolve("nbd"),
            List.of(new NbdExport(NAME, "a disk", image, 65536)),
            NbdLimits.defaults());
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private String tool(String... words) {
    return new QemuTools(folder).run(words);
  }

  private String uri() {
    return "nbd+unix:///?socket=" + folder.resolve("nbd");
  }

  private void assertSame(String file) throws IOException {
    assertThat(Files.mismatch(folder.resolve("disk.raw"), folder.resolve(file))).isEqualTo(-1);
  }

  @Test
  void qemuImgReadsAll() throws IOException {
    assertThat(tool("qemu-img", "info", "-f", "raw", uri())).contains("64 MiB (67108864 bytes)");
    tool("qemu-img", "compare", "-f", "raw", "-F", "raw", uri(), "disk.raw");
    tool("qemu-img", "convert", "-f", "raw", "-O", "raw", uri(), "copy.raw");
    assertSame("copy.raw");
    String named = "nbd+unix:///disk%20of%20vm1?socket=" + folder.resolve("nbd");
    tool("qemu-img", "convert", "-m", "16", "-W", "-f", "raw", "-O", "raw", named, "again.raw");
    assertSame("again.raw");
    long blocks = (long) Files.getAttribute(folder.resolve("copy.raw"), "unix:size");
    assertThat(blocks).isEqualTo(64 * MIB);
  }

  @Test
  void qemuImgMapsTheDataThatTheFileHas() throws IOException {
    assertThat(dataRanges(tool("qemu-img", "map", "--output=json", "-f", "raw", uri())))
        .isEqualTo(dataRanges(tool("qemu-img", "map", "--output=json", "-f", "raw", "disk.raw")))
        .contains("5242880+3145728", "20971520+2097152", "42008576+65536");
  }

  private static List<String> dataRanges(String map) {
    var ranges = new ArrayList<String>();
    for (JsonNode range : JsonMapper.shared().readTree(map)) {
      if (range.get("data").asBoolean()) {
        ranges.add(range.get("start").asLong() + "+" + range.get("length").asLong());
      }
    }
    return ranges;
  }

  @Test
  void qemuIoReadsAndMayNotWrite() throws Exception {
    String said =
        tool(
            "qemu-io",
            "-r",
            "-f",
            "raw",
            "-c",
            "read -P 171 20M 2M",
            "-c",
            "read -P 171 21234567 4321",
            "-c",
            "read -P 0 0 5M",
            "-c",
            "aio_read -P 171 20M 64k",
            "-c",
            "aio_read -P 0 30M 64k",
            "-c",
            "aio_flush",
            uri());
    assertThat(said).doesNotContain("failed", "rror");
    var process =
        new ProcessBuilder("qemu-io", "-f", "raw", "-c", "write 0 512", uri())
            .redirectErrorStream(true)
            .start();
    String refused;
    try (var out = process.getInputStream()) {
      refused = new String(out.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(process.waitFor()).as(refused).isNotZero();
    assertThat(refused).contains("Permission denied");
  }

  @Test
  void nbdinfoSeesWhatIsOffered() {
    JsonNode info =
        JsonMapper.shared().readTree(tool("nbdinfo", "--json", uri())).get("exports").get(0);
    assertThat(info.get("export-size").asLong()).isEqualTo(64 * MIB);
    assertThat(info.get("is_read_only").asBoolean()).isTrue();
    assertThat(info.get("can_df").asBoolean()).isTrue();
    assertThat(info.get("can_multi_conn").asBoolean()).isTrue();
    assertThat(info.get("can_cache").asBoolean()).isTrue();
    assertThat(info.get("can_trim").asBoolean()).isFalse();
    assertThat(info.get("block_size_minimum").asInt()).isOne();
    assertThat(info.get("block_size_preferred").asInt()).isEqualTo(65536);
    assertThat(info.get("block_size_maximum").asInt()).isEqualTo(32 * MIB);
    assertThat(info.get("contexts").get(0).asString()).isEqualTo("base:allocation");
    JsonNode list = JsonMapper.shared().readTree(tool("nbdinfo", "--list", "--json", uri()));
    assertThat(list.get("exports").size()).isOne();
    assertThat(list.get("exports").get(0).get("export-name").asString()).isEqualTo(NAME);
    assertThat(list.get("exports").get(0).get("description").asString()).isEqualTo("a disk");
    assertThat(list.get("structured").asBoolean()).isTrue();
    assertThat(tool("nbdinfo", "--map", uri()))
        .containsPattern("5242880 +3145728 +0 +data")
        .containsPattern("20971520 +2097152 +0 +data")
        .containsPattern("0 +5242880 +3 +hole,zero");
  }

  @Test
  void nbdcopyReadsAllOverOneConnectionAndOverMany() throws IOException {
    tool("nbdcopy", uri(), "copy.raw");
    assertSame("copy.raw");
    tool("nbdcopy", "--synchronous", "--connections=1", uri(), "slow.raw");
    assertSame("slow.raw");
    tool("nbdcopy", "--connections=4", "--requests=64", "--request-size=4096", uri(), "fast.raw");
    assertSame("fast.raw");
  }

  @Test
  void sizesThatAreNoSectorsAreReadToTheLastByte() throws IOException {
    server.close();
    makeDisk("odd.raw", 50 * MIB + 777);
    serve("odd.raw");
    assertThat(tool("nbdinfo", "--size", uri()).strip()).isEqualTo("" + (50 * MIB + 777));
    tool("nbdcopy", uri(), "copy.raw");
    assertThat(Files.mismatch(folder.resolve("odd.raw"), folder.resolve("copy.raw"))).isEqualTo(-1);
    tool("qemu-img", "compare", "-f", "raw", "-F", "raw", uri(), "odd.raw");
  }
}
