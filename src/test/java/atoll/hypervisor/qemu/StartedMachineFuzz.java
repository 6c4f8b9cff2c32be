package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A machine's {@code machine.json}: an input is its content. */
public final class StartedMachineFuzz implements FuzzTarget {
  private static final Path FILE = Path.of("machine.json");

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new StartedMachine("pc-i440fx-7.2", Accelerator.KVM, List.of()).bytes(),
        new StartedMachine("pc-i440fx-7.2", Accelerator.TCG, List.of("a", "b.c")).bytes());
  }

  @Override
  public void feed(byte[] input) {
    allow(() -> {
      StartedMachine machine = read(input);
      demand(machine.equals(read(machine.bytes())), "another machine when written again");
    });
  }

  private static StartedMachine read(byte[] content) throws IOException {
    return StartedMachine.read(FILE, new ByteArrayInputStream(content));
  }
}
