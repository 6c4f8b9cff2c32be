package atoll.format;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import atoll.format.Extent.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** qemu-img and qemu-io, run in a folder. */
public record QemuTools(Path folder) {
  /** Skips the test if the tools are missing, or fails it where they must be there. */
  public static void require() {
    require("qemu-img");
  }

  /** Skips the test if a tool is missing, or fails it where it must be there. */
  public static void require(String tool) {
    boolean found =
        List.of(System.getenv("PATH").split(":")).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder).resolve(tool)));
    if (!found) {
      if (Boolean.getBoolean("atoll.tools.required")) {
        fail(tool + " is not in the PATH");
      }
      abort(tool + " is not in the PATH");
    }
  }

  /** How many seeds a random test tries. */
  public static int seeds(int usual, int inLongRuns) {
    return Boolean.getBoolean("atoll.long") ? inLongRuns : usual;
  }

  /** Runs a tool to its end and returns what it printed. */
  public String run(List<String> command) {
    try {
      var process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .start();
      String output;
      try (var stdout = process.getInputStream()) {
        output = new String(stdout.readAllBytes(), StandardCharsets.UTF_8);
      }
      if (process.waitFor() != 0) {
        return fail(String.join(" ", command) + "\n" + output);
      }
      return output;
    } catch (IOException e) {
      return fail(String.join(" ", command), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(e);
    }
  }

  /** Runs a tool to its end and returns what it printed. */
  public String run(String... command) {
    return run(List.of(command));
  }

  /** Has qemu-io do all operations in one process. */
  public void io(String file, String format, List<String> operations) {
    var command = new ArrayList<>(List.of("qemu-io", "-d", "unmap", "-f", format));
    for (String operation : operations) {
      command.add("-c");
      command.add(operation);
    }
    command.add(file);
    String output = run(command);
    if (output.contains("failed") || output.contains("error")) {
      fail(String.join(" ", command) + "\n" + output);
    }
  }

  /** What qemu-img says is in one qcow2 file alone, without what is beneath it. */
  public List<Extent> ownExtents(String file) {
    String alone =
        "json:{\"driver\":\"qcow2\",\"backing\":null,"
            + "\"file\":{\"driver\":\"file\",\"filename\":\""
            + file
            + "\"}}";
    return extents(run("qemu-img", "map", "--output=json", alone));
  }

  /** What qemu-img says is in an image with all layers beneath it. */
  public List<Extent> extents(String file, String format) {
    return extents(run("qemu-img", "map", "--output=json", "-f", format, file));
  }

  private static List<Extent> extents(String map) {
    List<Extent> extents = new ArrayList<>();
    var joiner = new ExtentJoiner(0, extents::add);
    long end = 0;
    try {
      for (JsonNode entry : JsonMapper.shared().readTree(map)) {
        if (entry.get("start").asLong() != end) {
          fail("a gap at " + end);
        }
        joiner.add(kind(entry), entry.get("length").asLong());
        end += entry.get("length").asLong();
      }
      joiner.finish();
    } catch (IOException e) {
      return fail(e);
    }
    return extents;
  }

  private static Kind kind(JsonNode entry) {
    if (!entry.get("present").asBoolean()) {
      return Kind.ABSENT;
    }
    return entry.get("data").asBoolean() ? Kind.DATA : Kind.ZERO;
  }
}
