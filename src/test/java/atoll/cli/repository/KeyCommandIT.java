package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.cli.AtollCommandLine;
import atoll.cli.NamedCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A person with passphrases and key files, and everything he may do with them. */
final class KeyCommandIT {
  @TempDir private Path folder;

  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();

  @BeforeEach
  void writePassphrases() throws IOException {
    Files.writeString(folder.resolve("one"), "the first passphrase\n");
    Files.writeString(folder.resolve("two"), "the second passphrase\n");
    Files.writeString(folder.resolve("short"), "too short\n");
  }

  /** Runs {@code atoll repository WORDS}. */
  private int atoll(String... words) {
    out = new StringWriter();
    err = new StringWriter();
    var all = new ArrayList<>(List.of("repository"));
    all.addAll(Arrays.asList(words));
    all.addAll(List.of("--cache", path("cache")));
    return new AtollCommandLine(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            List.of(new NamedCommand("repository", RepositoryCommand::new)))
        .run(all.toArray(String[]::new));
  }

  private void succeed(String... words) {
    assertThat(atoll(words)).as(err.toString()).isZero();
    assertThat(out.toString() + err).doesNotContain("the first passphrase", "the second");
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private String url() {
    return path("backups");
  }

  private JsonNode keys() {
    succeed("key", "list", url(), "--json");
    return JsonMapper.shared().readTree(out.toString());
  }

  private Map<String, String> objects() throws IOException {
    var objects = new TreeMap<String, String>();
    try (Stream<Path> files = Files.walk(folder.resolve("backups"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        objects.put(file.toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return objects;
  }

  @Test
  void repositoryOfAPassphraseIsMadeUsedAndOpenedByAnother() throws Exception {
    succeed("init", url(), "--passphrase-file", path("one"), "--label", "laptop of Anna");
    assertThat(err.toString()).contains("whoever loses the passphrase loses all");
    assertThat(out.toString()).contains("its only key is a passphrase");
    Files.write(folder.resolve("disk.raw"), new byte[100_000]);
    succeed("backup", url(), path("disk.raw"), "--name", "vm", "--passphrase-file", path("one"));
    succeed("key", "list", url());
    assertThat(out.toString()).contains("passphrase", "laptop of Anna");
    assertThat(err.toString()).contains("there is one key only");

    String[] add = {"key", "add", url(), "--passphrase-file", path("one")};
    succeed(with(add, "--key-file", path("key"), "--label", "safe"));
    assertThat(out.toString()).contains("made the key", "keep a copy", "added key file");
    assertThat(folder.resolve("key")).content().startsWith("atoll-key-1 ");
    succeed(with(add, "--new-passphrase-file", path("two")));
    JsonNode keys = keys();
    assertThat(keys.size()).isEqualTo(3);
    for (JsonNode key : keys) {
      assertThat(key.has("id") && key.has("kind") && key.has("created_at")).isTrue();
    }
    succeed("list", url(), "--passphrase-file", path("two"));
    assertThat(out.toString()).contains("vm");
    succeed("restore", url(), "vm", path("again.raw"), "--key", path("key"));
    assertThat(folder.resolve("again.raw")).hasBinaryContent(new byte[100_000]);
  }

  private static String[] with(String[] words, String... more) {
    return Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void copiesGoToARepositoryOfAPassphrase() throws Exception {
    succeed("init", url(), "--key", path("key"));
    assertThat(out.toString()).contains("made the key", "its only key is a key file");
    succeed("init", path("copies"), "--passphrase-file", path("one"));
    Files.write(folder.resolve("disk.raw"), new byte[100_000]);
    succeed("backup", url(), path("disk.raw"), "--name", "vm", "--key", path("key"));
    String[] copy = {"copy", url(), path("copies"), "vm", "--key", path("key")};
    assertThat(atoll(copy)).isEqualTo(1);
    assertThat(err.toString()).contains("no key file opens", "0 key files and 1 passphrase");
    succeed(with(copy, "--to-passphrase-file", path("one")));
    succeed("show", path("copies"), "vm", "--passphrase-file", path("one"));
  }

  @Test
  void keysAreChangedAndRemovedButNeverTheLast() throws Exception {
    succeed("init", url(), "--passphrase-file", path("one"), "--label", "laptop of Anna");
    String first = keys().get(0).get("id").asString();
    succeed(
        "key",
        "change",
        url(),
        "--passphrase-file",
        path("one"),
        "--new-passphrase-file",
        path("two"));
    assertThat(out.toString()).contains("added passphrase", "removed " + first);
    assertThat(keys().size()).isOne();
    assertThat(keys().get(0).get("label").asString()).isEqualTo("laptop of Anna");
    String second = keys().get(0).get("id").asString();
    Map<String, String> before = objects();
    assertThat(atoll("list", url(), "--passphrase-file", path("one"))).isEqualTo(1);
    assertThat(err.toString())
        .contains("the passphrase opens no key", "0 key files and 1 passphrase");
    String[] remove = {"key", "remove", url(), second, "--passphrase-file", path("two")};
    assertThat(atoll(remove)).isEqualTo(2);
    assertThat(err.toString()).contains("--yes");
    assertThat(atoll(with(remove, "--yes"))).isEqualTo(1);
    assertThat(err.toString()).contains("is the last key");
    assertThat(objects()).isEqualTo(before);

    succeed("key", "add", url(), "--passphrase-file", path("two"), "--key-file", path("key"));
    assertThat(atoll(with(remove, "--yes"))).isEqualTo(1);
    assertThat(err.toString()).contains("with one that stays");
    assertThat(atoll("key", "remove", url(), "abcdef", "--yes", "--key", path("key"))).isEqualTo(1);
    assertThat(err.toString()).contains("there is no key 'abcdef'", "key list");
    succeed("key", "remove", url(), second.substring(0, 8), "--yes", "--key", path("key"));
    assertThat(out.toString()).contains("removed " + second);
    assertThat(err.toString()).contains("there is one key only");
    assertThat(atoll("list", url(), "--passphrase-file", path("two"))).isEqualTo(1);
    assertThat(err.toString()).contains("no passphrase opens", "1 key file and 0 passphrases");
  }

  @Test
  void mistakesAreAnsweredBeforeAnythingIsDone() throws Exception {
    assertThat(atoll("init", url(), "--passphrase-file", path("short"))).isEqualTo(1);
    assertThat(err.toString()).contains("9 characters is too short", "12 or more");
    assertThat(folder.resolve("backups/config")).doesNotExist();
    assertThat(atoll("init", url(), "--passphrase")).isEqualTo(2);
    assertThat(err.toString()).contains("--passphrase-file FILE");
    assertThat(atoll("init", url(), "--passphrase", "--key", path("key"))).isEqualTo(2);
    succeed("init", url(), "--passphrase-file", path("one"));
    Map<String, String> before = objects();
    String[] add = {"key", "add", url(), "--passphrase-file", path("one")};
    assertThat(atoll(add)).isEqualTo(2);
    assertThat(err.toString()).contains("--passphrase, --new-passphrase-file FILE");
    assertThat(atoll(with(add, "--passphrase"))).isEqualTo(2);
    assertThat(err.toString()).contains("no terminal");
    assertThat(atoll(with(add, "--new-passphrase-file", path("short")))).isEqualTo(1);
    assertThat(atoll(with(add, "--key-file", path("one")))).isEqualTo(1);
    assertThat(err.toString()).contains("is not a key file");
    assertThat(atoll(with(add, "--key-file", path("key"), "--label", "a\tb"))).isEqualTo(2);
    assertThat(atoll("key", "list", path("nowhere"))).isEqualTo(1);
    assertThat(err.toString()).contains("nowhere");
    String[] wrong = {"key", "add", url(), "--passphrase-file", path("two")};
    assertThat(atoll(with(wrong, "--key-file", path("key")))).isEqualTo(1);
    assertThat(folder.resolve("key")).doesNotExist();
    assertThat(objects()).isEqualTo(before);
    assertThat(atoll("key", "remove", "--help")).isZero();
    assertThat(out.toString().replaceAll("\\s+", " "))
        .contains("may have kept the master key", "This takes neither from him");
  }
}
