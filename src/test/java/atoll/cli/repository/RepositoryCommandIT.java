package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import atoll.format.QemuTools;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A stranger with a folder, a key and images: every command, judged by {@code qemu-img}. */
final class RepositoryCommandIT {
  @TempDir private Path folder;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void init() {
    QemuTools.require();
    assertThat(atoll("init")).as(err.toString()).isZero();
  }

  /** Runs {@code atoll repository VERB URL ARGUMENTS}. */
  private int atoll(String verb, String... arguments) {
    out = new StringWriter();
    err = new StringWriter();
    var words = new ArrayList<>(List.of("repository", verb, folder.resolve("backups").toString()));
    words.addAll(Arrays.asList(arguments));
    words.addAll(List.of("--key", path("key"), "--cache", path("cache")));
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(
                new NamedCommand("repository", RepositoryCommand::new),
                new NamedCommand("digest", DigestCommand::new)))
        .run(words.toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private JsonNode json(String verb, String... arguments) {
    var words = new ArrayList<>(Arrays.asList(arguments));
    words.add("--json");
    assertThat(atoll(verb, words.toArray(String[]::new))).as(err.toString()).isZero();
    return JsonMapper.shared().readTree(out.toString());
  }

  private void write(Path image, long offset, int length, long seed) throws IOException {
    var bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(offset);
      file.write(bytes);
    }
  }

  private Path disk() throws IOException {
    Path image = folder.resolve("disk.raw");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(64 << 20);
    }
    write(image, 1 << 20, 3 << 20, 1);
    write(image, 40 << 20, 100_000, 2);
    return image;
  }

  private Path pack() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("backups/packs"))) {
      return files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
  }

  /** A bit of the first chunk, whatever its byte is. */
  private static void flip(Path pack) throws IOException {
    byte[] bytes = Files.readAllBytes(pack);
    bytes[5000] ^= 1;
    Files.write(pack, bytes);
  }

  private void tool(String... words) {
    new QemuTools(folder).run(words);
  }

  private void assertSame(Path a, String formatA, Path b, String formatB) {
    tool("qemu-img", "compare", "-f", formatA, "-F", formatB, a.toString(), b.toString());
  }

  @Test
  void whatWasBackedUpIsRestored() throws Exception {
    Path disk = disk();
    JsonNode first = json("backup", disk.toString(), "--name", "vm");
    assertThat(first.get("size_bytes").asLong()).isEqualTo(64 << 20);
    Path before = folder.resolve("before.raw");
    Files.copy(disk, before);
    write(disk, 2 << 20, 50_000, 3);
    JsonNode second = json("backup", disk.toString(), "--name", "vm");
    assertThat(second.get("bytes_stored").asLong()).isLessThan(300_000);
    assertThat(second.get("parent")).isEqualTo(first.get("id"));

    assertThat(atoll("restore", "vm", path("now.raw"))).as(err.toString()).isZero();
    assertSame(disk, "raw", folder.resolve("now.raw"), "raw");
    String firstId = first.get("id").asString();
    assertThat(atoll("restore", firstId.substring(0, 8), path("then.qcow2"))).isZero();
    assertSame(before, "raw", folder.resolve("then.qcow2"), "qcow2");
    tool("qemu-img", "check", path("then.qcow2"));
    long blocks = (long) Files.getAttribute(folder.resolve("now.raw"), "unix:size");
    assertThat(blocks).isEqualTo(64 << 20);

    assertThat(atoll("restore", "vm", path("now.raw"))).isEqualTo(1);
    assertThat(err.toString()).contains("now.raw", "--force");
    assertThat(atoll("restore", "vm", path("now.raw"), "--force")).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(Path::toString).filter(name -> name.endsWith(".part"))).isEmpty();
    }
  }

  @Test
  void qcow2ChainsAreReadThroughAndDigestsAreEqual() throws Exception {
    Path disk = disk();
    Path base = folder.resolve("base.qcow2");
    tool("qemu-img", "convert", "-O", "qcow2", disk.toString(), base.toString());
    Path top = folder.resolve("top.qcow2");
    tool(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-F",
        "qcow2",
        "-b",
        "base.qcow2",
        top.toString());
    tool("qemu-io", "-c", "write -P 7 30M 1M", top.toString());
    JsonNode snapshot = json("backup", top.toString());
    assertThat(snapshot.get("name").asString()).isEqualTo("top.qcow2");
    assertThat(atoll("restore", "top.qcow2", path("back.raw"))).as(err.toString()).isZero();
    assertSame(top, "qcow2", folder.resolve("back.raw"), "raw");
    assertThat(digest(top)).isEqualTo(snapshot.get("content_digest").asString());
    assertThat(digest(folder.resolve("back.raw"))).isEqualTo(digest(top));
  }

  private String digest(Path image) {
    var said = new StringWriter();
    int code =
        new AtollCommandLine(
                new PrintWriter(said, true),
                new PrintWriter(err, true),
                List.of(new NamedCommand("digest", DigestCommand::new)))
            .run("digest", image.toString());
    assertThat(code).as(err.toString()).isZero();
    return said.toString().strip();
  }

  @Test
  void listShowDiffAndStatsSayWhatIsThere() throws Exception {
    Path disk = disk();
    String first = json("backup", disk.toString(), "--name", "vm").get("id").asString();
    write(disk, 10 << 20, 65536, 9);
    String second = json("backup", disk.toString(), "--name", "vm").get("id").asString();
    JsonNode list = json("list");
    assertThat(list.size()).isEqualTo(2);
    for (String key : List.of("id", "name", "created_at", "size_bytes")) {
      assertThat(list.get(0).has(key)).as(key).isTrue();
    }
    assertThat(atoll("list")).isZero();
    assertThat(out.toString()).contains(first, second, "64.0 MiB", "vm");
    assertThat(json("list", "--name", "other").size()).isZero();
    assertThat(json("show", "vm").get("id").asString()).isEqualTo(second);
    assertThat(atoll("show", first)).isZero();
    assertThat(out.toString()).contains(first, "64k/256:", disk.toString());
    JsonNode diff = json("diff", first, second);
    assertThat(diff.size()).isEqualTo(1);
    assertThat(diff.get(0).get("offset").asLong()).isEqualTo(10 << 20);
    assertThat(diff.get(0).get("length").asLong()).isEqualTo(65536);
    assertThat(diff.get(0).get("kind").asString()).isEqualTo("added");
    JsonNode stats = json("stats");
    long chunks = (3L << 20) / 65536 + 2; // 100,000 bytes lie in two
    assertThat(stats.get("unique_bytes").asLong()).isEqualTo((chunks + 1) * 65536);
    assertThat(stats.get("logical_bytes").asLong()).isEqualTo((2 * chunks + 1) * 65536);
    assertThat(stats.get("stored_bytes").asLong()).isGreaterThan(3 << 20);
  }

  @Test
  void whatIsDeletedIsFreedAndTheRestIsWhole() throws Exception {
    Path disk = disk();
    json("backup", disk.toString(), "--name", "old");
    Path other = folder.resolve("other.raw");
    write(other, 0, 2 << 20, 5);
    json("backup", other.toString(), "--name", "kept");
    assertThat(atoll("delete", "old", "--dry-run")).isZero();
    assertThat(out.toString()).contains("would free 3.1 MiB of 1 snapshots");
    assertThat(json("list").size()).isEqualTo(2);
    assertThat(atoll("delete", "old")).isZero();
    JsonNode trial = json("collect", "--dry-run");
    JsonNode done = json("collect");
    assertThat(done.get("bytes_freed").asLong())
        .isBetween(3L << 20, 4L << 20)
        .isEqualTo(trial.get("bytes_freed").asLong());
    assertThat(json("collect").get("packs_removed").asInt()).isZero();
    assertThat(atoll("verify")).as(out.toString()).isZero();
    assertThat(out.toString()).contains("1 snapshots", "all is as it was written");
    assertThat(atoll("restore", "kept", path("kept.raw"))).isZero();
    assertSame(other, "raw", folder.resolve("kept.raw"), "raw");
    assertThat(atoll("restore", "old", path("old.raw"))).isEqualTo(1);
    assertThat(err.toString()).contains("there is no snapshot of id or name 'old'");
  }

  @Test
  void copiesMoveWhatTheOtherLacks() throws Exception {
    Path disk = disk();
    JsonNode first = json("backup", disk.toString(), "--name", "vm");
    write(disk, 10 << 20, 65536, 9);
    JsonNode second = json("backup", disk.toString(), "--name", "vm");
    String firstId = first.get("id").asString();
    assertThat(run("repository", "init", path("copies"), "--key", path("other-key"))).isZero();
    assertThat(atoll("copy", path("copies"), firstId, "--to-key", path("other-key")))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("3.1 MiB stored");
    assertThat(atoll("copy", path("copies"), "vm", firstId, "--to-key", path("other-key")))
        .isZero();
    assertThat(out.toString()).contains("64.0 KiB read", firstId + "  is there already");
    assertThat(
            run(
                "repository",
                "show",
                path("copies"),
                "vm",
                "--json",
                "--key",
                path("other-key"),
                "--cache",
                path("cache")))
        .isZero();
    JsonNode copy = JsonMapper.shared().readTree(out.toString());
    assertThat(copy.get("id")).isEqualTo(second.get("id"));
    assertThat(copy.get("content_digest")).isEqualTo(second.get("content_digest"));
    assertThat(copy.get("taken_at")).isEqualTo(second.get("taken_at"));
    assertThat(
            run(
                "repository",
                "restore",
                path("copies"),
                "vm",
                path("vm.raw"),
                "--key",
                path("other-key"),
                "--cache",
                path("cache")))
        .isZero();
    assertSame(disk, "raw", folder.resolve("vm.raw"), "raw");
  }

  @Test
  void damageIsNamed() throws Exception {
    json("backup", disk().toString(), "--name", "vm");
    Path pack = pack();
    flip(pack);
    assertThat(atoll("verify")).isEqualTo(3);
    assertThat(out.toString()).contains(pack.getFileName().toString(), "65536 bytes at 1048576");
    assertThat(atoll("verify", "--quick")).isZero();
    assertThat(atoll("restore", "vm", path("vm.raw"))).isEqualTo(1);
    assertThat(err.toString()).contains("is damaged", "--skip-damaged restores the rest");
    assertThat(Files.exists(folder.resolve("vm.raw"))).isFalse();
  }

  @Test
  void whatIsNotDamagedIsRestored() throws Exception {
    Path disk = disk();
    json("backup", disk.toString(), "--name", "vm");
    assertThat(atoll("restore", "vm", path("whole.raw"), "--skip-damaged")).isZero();
    assertSame(disk, "raw", folder.resolve("whole.raw"), "raw");
    flip(pack());
    assertThat(atoll("restore", "vm", path("rest.raw"), "--skip-damaged")).isEqualTo(3);
    assertThat(out.toString())
        .contains(
            "lost: 65536 bytes at 1048576: packs/",
            path("rest.raw") + " IS INCOMPLETE: 65536 bytes in 1 ranges");
    assertThat(atoll("restore", "vm", path("rest.qcow2"), "--skip-damaged", "--json")).isEqualTo(3);
    JsonNode answer = JsonMapper.shared().readTree(out.toString());
    assertThat(answer.get("complete").asBoolean()).isFalse();
    assertThat(answer.get("lost").size()).isEqualTo(1);
    assertThat(answer.get("lost").get(0).get("offset").asLong()).isEqualTo(1 << 20);
    assertThat(answer.get("lost").get(0).get("length").asLong()).isEqualTo(65536);
    assertThat(answer.get("lost").get(0).get("reason").asString()).contains("is damaged at");
    try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(1 << 20);
      file.write(new byte[65536]);
    }
    assertSame(disk, "raw", folder.resolve("rest.raw"), "raw");
    assertSame(disk, "raw", folder.resolve("rest.qcow2"), "qcow2");
    tool("qemu-img", "check", path("rest.qcow2"));
  }

  @Test
  void damageIsHealed() throws Exception {
    Path disk = disk();
    json("backup", disk.toString(), "--name", "vm");
    assertThat(json("heal").get("healed").asInt()).isZero();
    flip(pack());
    assertThat(atoll("heal")).isEqualTo(3);
    assertThat(out.toString())
        .contains("65536 bytes at 1048576", "0 chunks and nodes healed", "1 are still damaged");
    Path image = folder.resolve("image.qcow2");
    tool("qemu-img", "convert", "-O", "qcow2", disk.toString(), image.toString());
    assertThat(atoll("heal", image.toString())).as(err.toString()).isZero();
    assertThat(out.toString()).contains("1 chunks and nodes healed", "all is as it was written");
    assertThat(atoll("verify")).as(out.toString()).isZero();
    assertThat(atoll("restore", "vm", path("vm.raw"))).as(err.toString()).isZero();
    assertSame(disk, "raw", folder.resolve("vm.raw"), "raw");
  }

  @Test
  void deviceIsOverwrittenInPlace() throws Exception {
    Path disk = disk();
    json("backup", disk.toString(), "--name", "vm");
    try (var device = LoopDevice.of(folder.resolve("device.img"), 65 << 20)) {
      write(device.path(), 0, 65 << 20, 8);
      assertThat(atoll("restore", "vm", device.name())).isEqualTo(1);
      assertThat(err.toString()).contains(device.name(), "--force overwrites what it holds");
      JsonNode answer = json("restore", "vm", device.name(), "--force");
      assertThat(answer.get("out").asString()).isEqualTo(device.name());
      assertThat(answer.get("complete").asBoolean()).isTrue();
      try (var file = new RandomAccessFile(device.name(), "r")) {
        file.seek(64 << 20);
        var behind = new byte[4096];
        file.readFully(behind);
        assertThat(behind).isNotEqualTo(new byte[4096]); // what lies behind the snapshot stays
      }
      Path head = folder.resolve("head.raw");
      tool("dd", "if=" + device.name(), "of=" + head, "bs=1M", "count=64", "status=none");
      assertSame(disk, "raw", head, "raw");
      assertThat(atoll("restore", "vm", device.name(), "--force", "--format", "qcow2"))
          .isEqualTo(2);
      assertThat(err.toString()).contains("a block device is written raw");
      device.mounted(() -> {
        assertThat(atoll("restore", "vm", device.name(), "--force")).isEqualTo(1);
        assertThat(err.toString()).contains("in use");
      });
    }
    try (var device = LoopDevice.of(folder.resolve("small.img"), 63 << 20)) {
      assertThat(atoll("restore", "vm", device.name(), "--force")).isEqualTo(1);
      assertThat(err.toString()).contains("has 66060288 bytes");
    }
  }

  @Test
  void devicesThatAreNoneAreRefused() throws Exception {
    json("backup", disk().toString(), "--name", "vm");
    assertThat(atoll("restore", "vm", "/dev/no-such-device", "--force")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no such block device");
    assertThat(atoll("restore", "vm", "/dev/null", "--force")).isEqualTo(1);
    assertThat(atoll("restore", "vm", folder.toString(), "--force")).isEqualTo(1);
    assertThat(err.toString()).contains("neither a file nor a block device");
  }

  @Test
  void mistakesAreAnsweredClearly() throws Exception {
    assertThat(atoll("lits")).isEqualTo(2);
    assertThat(err.toString()).contains("unknown command 'lits'; did you mean list?");
    assertThat(atoll("init")).isEqualTo(1);
    assertThat(err.toString()).contains("there is a repository in", "already");
    assertThat(atoll("backup", path("nothing.raw"))).isEqualTo(1);
    assertThat(err.toString()).contains("nothing.raw");
    assertThat(run("repository", "list", path("nowhere"), "--key", path("key"))).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere");
    Files.writeString(folder.resolve("key"), "atoll-key-1 " + "0".repeat(64) + "\n");
    assertThat(atoll("list")).isEqualTo(1);
    assertThat(err.toString()).containsIgnoringCase("key");
    Files.writeString(folder.resolve("key"), "no key\n");
    assertThat(atoll("list")).isEqualTo(1);
    assertThat(err.toString()).contains("is not a key file");
    assertThat(run("repository", "list", "ftp://host", "--key", path("key"))).isEqualTo(2);
    assertThat(err.toString()).contains("there are folders, s3://bucket/prefix", "but no ftp:");
    assertThat(run("repository", "list", path("backups"))).isEqualTo(2);
    assertThat(err.toString()).contains("--key FILE");
    assertThat(run("repository", "list", "--help")).isZero();
    assertThat(out.toString()).contains("Usage: atoll repository list", "--json");
  }

  private int run(String... words) {
    out = new StringWriter();
    err = new StringWriter();
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(new NamedCommand("repository", RepositoryCommand::new)))
        .run(words);
  }
}
