package atoll.hypervisor.qemu;

import atoll.demo.Guest;
import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.MachineSpec;
import atoll.model.InstanceId;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/** Another Atoll, in a process group of its own, to be killed at the worst moment. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;

  private ChildJvm(Process process) {
    this.process = process;
    this.out = process.inputReader();
  }

  /** Starts one that does what {@link #main} does with these arguments. */
  static ChildJvm run(String... arguments) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                ChildJvm.class.getName()));
    command.addAll(List.of(arguments));
    return new ChildJvm(DetachedProcess.start(command).process());
  }

  /** Waits until it says {@code word}. */
  void await(String word) throws IOException {
    var before = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.equals(word)) {
        return;
      }
      before.append(line).append('\n');
    }
    throw new IOException("the child ended without saying " + word + ": " + before);
  }

  /** Sends a signal to its whole process group, and waits for its end if that kills it. */
  void signal(String name) throws Exception {
    Workbench.run("kill", "-" + name, "--", "-" + process.pid());
    if (name.equals("KILL")) {
      process.waitFor();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /**
   * Arguments: the hypervisor's directory and one of
   *
   * <ul>
   *   <li>{@code start}, an instance's id, the file of its disk
   *   <li>{@code freeze}, an instance's id, a limit in milliseconds
   *   <li>{@code offline}, the file of a layer
   * </ul>
   */
  public static void main(String[] arguments) throws Exception {
    var hypervisor = new QemuHypervisor(new QemuConfig(Path.of(arguments[0])));
    switch (arguments[1]) {
      case "start" -> {
        var disk =
            new DiskSpec(new VolumeId(new UUID(0, 1)), 0, true, List.of(layer(arguments[3])));
        var id = InstanceId.of(arguments[2]);
        hypervisor.start(new MachineSpec(id, 256, 1, List.of(disk), List.of(Guest.CHANNEL)));
      }
      case "freeze" -> {
        var machine = hypervisor.find(InstanceId.of(arguments[2])).orElseThrow();
        machine.freezeGuest(Duration.ofMillis(Long.parseLong(arguments[3])));
      }
      case "offline" -> hypervisor.openOffline(List.of(layer(arguments[2])));
      default -> throw new IllegalArgumentException(arguments[1]);
    }
    System.out.println("done");
    new CountDownLatch(1).await();
  }

  private static LayerFile layer(String file) {
    return new LayerFile(new LayerId(1), Path.of(file));
  }
}
