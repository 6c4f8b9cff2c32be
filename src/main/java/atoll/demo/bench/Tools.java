package atoll.demo.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who takes part.
 *
 * @param present what is measured: Atoll first
 * @param versions by tool
 * @param leftOut what is not, and why
 */
record Tools(List<BackupTool> present, Map<String, String> versions, List<String> leftOut) {
  /** Those that can be left out, with the Debian packages they are in. */
  static final Map<String, String> PACKAGES = packages();

  Tools {
    present = List.copyOf(present);
    leftOut = List.copyOf(leftOut);
  }

  private static Map<String, String> packages() {
    var packages = new LinkedHashMap<String, String>();
    packages.put(Restic.NAME, "restic");
    packages.put(Borg.NAME, "borgbackup");
    packages.put(QemuImg.NAME, "qemu-utils");
    return packages;
  }

  /**
   * Finds them.
   *
   * @param without names of those that are not wanted
   */
  static Tools find(Programs programs, Set<String> without, Children children, Path folder)
      throws IOException, InterruptedException {
    var present = new ArrayList<BackupTool>(List.of(Atoll.running()));
    var leftOut = new ArrayList<String>();
    for (Map.Entry<String, String> tool : PACKAGES.entrySet()) {
      String name = tool.getKey();
      Optional<Path> program = programs.find(name);
      if (without.contains(name)) {
        leftOut.add(name + " was left out, as was asked");
      } else if (program.isEmpty()) {
        leftOut.add(
            "%s is not on this machine, and was left out; it is in the Debian package %s"
                .formatted(name, tool.getValue()));
      } else {
        present.add(make(name, program.get().toString(), children, folder));
      }
    }
    var versions = new LinkedHashMap<String, String>();
    for (BackupTool tool : present) {
      String said = children.run(ToolCommand.of(folder, tool.versionWords()));
      versions.put(tool.name(), said.lines().findFirst().orElse(tool.name()));
    }
    return new Tools(present, versions, leftOut);
  }

  private static BackupTool make(String name, String program, Children children, Path folder)
      throws IOException, InterruptedException {
    return switch (name) {
      case Restic.NAME -> {
        var help = ToolCommand.of(folder, List.of(program, "restore", "--help"));
        yield new Restic(program, children.run(help).contains(Restic.HOLES_OPTION));
      }
      case Borg.NAME -> new Borg(program);
      case QemuImg.NAME -> new QemuImg(program);
      default -> throw new IllegalArgumentException(name);
    };
  }
}
