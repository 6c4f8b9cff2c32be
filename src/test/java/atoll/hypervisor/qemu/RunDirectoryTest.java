package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.InstanceId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunDirectoryTest {
  private static final InstanceId ID = new InstanceId(new UUID(1, 2));
  private static final StartedMachine MACHINE =
      new StartedMachine("pc-i440fx-7.2", Accelerator.KVM, List.of("a", "b"));

  @TempDir Path root;

  @Test
  void keepsTheMachineWhenTheProcessIsCleared() throws IOException {
    var directory = new RunDirectory(root.resolve("deep").resolve("er"), ID);
    assertThat(directory.read()).isEmpty();
    directory.create();
    directory.create();
    directory.write(MACHINE);
    Files.createFile(directory.qmpSocket());
    Files.createFile(directory.pidFile());
    directory.clear();
    assertThat(directory.qmpSocket()).doesNotExist();
    assertThat(directory.pidFile()).doesNotExist();
    assertThat(directory.read()).contains(MACHINE);
    directory.delete();
    assertThat(directory.read()).isEmpty();
    directory.clear();
    directory.delete();
  }

  @Test
  void spoiledPidFileNamesNoProcess() throws IOException {
    var directory = new RunDirectory(root, ID);
    directory.create();
    for (byte[] spoiled :
        List.of(new byte[0], new byte[5], new byte[] {(byte) 0xc3, '('}, new byte[5000])) {
      Files.write(directory.pidFile(), spoiled);
      assertThat(QemuProcess.find(directory)).isEmpty();
    }
  }

  @Test
  void belongsToItsOwnerAlone() throws IOException {
    var directory = new RunDirectory(root, ID);
    directory.create();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(ID + ""))))
        .isEqualTo("rwx------");
  }

  @Test
  void refusesWhatLinuxWouldNotTake() throws IOException {
    // Slash, id, slash, agent.
    Path longest = root.resolve("x".repeat(107 - 1 - root.toString().length() - 1 - 36 - 1 - 5));
    new RunDirectory(longest, ID).create();
    var tooLong = new RunDirectory(Path.of(longest + "x"), ID);
    assertThatThrownBy(tooLong::create)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("agent has 108 bytes, and Linux allows 107");
  }

  @Test
  void listsDirectoriesOfInstancesOnly() throws IOException {
    assertThat(RunDirectory.list(root.resolve("not there"))).isEmpty();
    new RunDirectory(root, ID).create();
    Files.createDirectory(root.resolve("1-1-1-1-1"));
    Files.createFile(root.resolve("1234-1"));
    assertThat(RunDirectory.list(root)).containsExactly(ID);
  }

  @Test
  void spoiledFileIsNamed() throws IOException {
    var directory = new RunDirectory(root, ID);
    directory.create();
    Path file = root.resolve(ID.toString()).resolve("machine.json");
    for (String spoiled : List.of("", "{", "null", "{}", "{\"accelerator\": \"magic\"}")) {
      Files.writeString(file, spoiled);
      assertThatThrownBy(directory::read)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
    }
  }
}
