package atoll.api.openstack;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.QemuTools;
import atoll.http.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * One of OpenStack's own clients, of Debian, with the variables that say as whom and where.
 *
 * @param tool {@code openstack} or {@code cinder}
 */
public record OpenStackClient(String tool, Map<String, String> login) {
  private static final Pattern VARIABLE = Pattern.compile("(?m)^export (OS_\\w+)=(.*)$");

  /** As a service's {@code openrc} says; a test without the tool ends here. */
  public static OpenStackClient of(String tool, Path openrc) throws IOException {
    QemuTools.require(tool);
    var login = new TreeMap<String, String>();
    Matcher variable = VARIABLE.matcher(Files.readString(openrc));
    while (variable.find()) {
      login.put(variable.group(1), variable.group(2));
    }
    return new OpenStackClient(tool, login);
  }

  /** Runs a command that must succeed, and returns what it printed. */
  public String run(String... words) throws IOException, InterruptedException {
    Process client = start(words);
    String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(client.waitFor()).as("%s: %s", String.join(" ", words), errors).isZero();
    return said;
  }

  /** The same, of which the answer is JSON. */
  public JsonNode json(String... words) throws IOException, InterruptedException {
    var all = new ArrayList<>(List.of(words));
    all.addAll(List.of("-f", "json"));
    return Json.read(run(all.toArray(String[]::new)).getBytes(StandardCharsets.UTF_8));
  }

  /** Runs a command that must fail, and returns what it complained. */
  public String refused(String... words) throws IOException, InterruptedException {
    Process client = start(words);
    String errors = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(client.waitFor()).as(String.join(" ", words)).isNotZero();
    return errors;
  }

  private Process start(String... words) throws IOException {
    var command = new ArrayList<>(List.of(tool));
    command.addAll(List.of(words));
    var builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
    builder.environment().keySet().removeIf(name -> name.startsWith("OS_"));
    builder.environment().putAll(login);
    return builder.start();
  }
}
