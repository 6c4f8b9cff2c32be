package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.engine.Eventually;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What Terraform does, as recorded in {@code openstack/terraform.txt}. */
class TerraformTest {
  private static final Pattern NAME = Pattern.compile("\\{([a-z-]+)}");
  private static final String BODY = "  > ";

  @TempDir Path folder;
  private final Map<String, String> names = new HashMap<>();

  /**
   * A call.
   *
   * @param version null if none is asked for
   * @param wanted the status, and what the answer is to have
   */
  private record Call(
      String method,
      String path,
      @Nullable String version,
      @Nullable String body,
      List<String> wanted) {}

  @Test
  void resourcesAreMadeReadChangedAndDestroyed() throws Exception {
    List<Call> calls = recorded();
    assertThat(calls).hasSizeGreaterThan(50);
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      names.put("project", cloud.admin.project);
      names.put("password", cloud.adminPassword);
      for (Call call : calls) {
        replay(cloud, call);
      }
    }
  }

  private static List<Call> recorded() throws IOException, URISyntaxException {
    Path file = Path.of(TerraformTest.class.getResource("/openstack/terraform.txt").toURI());
    var calls = new ArrayList<Call>();
    List<String> lines =
        Files.readAllLines(file).stream()
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .toList();
    for (int at = 0; at < lines.size(); at++) {
      String[] words = lines.get(at++).split(" ", -1);
      String body = lines.get(at).startsWith(BODY) ? lines.get(at++).substring(4) : null;
      String version = words.length > 2 ? words[2] : null;
      List<String> wanted = List.of(lines.get(at).strip().split(" ", -1));
      calls.add(new Call(words[0], words[1], version, body, wanted));
    }
    return calls;
  }

  private void replay(TestCloud cloud, Call call) throws Exception {
    String line = call.method + " " + call.path;
    Answer answer =
        call.method.equals("GET")
            ? Eventually.until(
                line, Duration.ofSeconds(30), () -> sent(cloud, call), each -> isWanted(each, call))
            : sent(cloud, call);
    assertThat(isWanted(answer, call))
        .as("%s: %s %s", line, answer.status(), answer.text())
        .isTrue();
    for (String wanted : call.wanted) {
      String[] named = wanted.split(":=", -1);
      if (named.length == 2) {
        names.put(named[0], answer.body().at(named[1]).asString());
      }
    }
  }

  private Answer sent(TestCloud cloud, Call call) throws Exception {
    @Nullable String token = call.path.endsWith("/auth/tokens") ? null : cloud.admin.token;
    @Nullable String body = call.body == null ? null : filled(call.body);
    return cloud.send(token, call.version, call.method, filled(call.path), body);
  }

  private boolean isWanted(Answer answer, Call call) {
    return Integer.parseInt(call.wanted.getFirst()) == answer.status()
        && call.wanted.stream()
            .filter(wanted -> wanted.startsWith("/"))
            .allMatch(wanted -> has(answer.body(), filled(wanted).split("=", 2)));
  }

  private static boolean has(JsonNode body, String[] pointerAndValue) {
    JsonNode there = body.at(pointerAndValue[0]);
    return there.isValueNode() && there.asString().equals(pointerAndValue[1]);
  }

  private String filled(String text) {
    return NAME.matcher(text)
        .replaceAll(found -> names.getOrDefault(found.group(1), found.group()));
  }
}
