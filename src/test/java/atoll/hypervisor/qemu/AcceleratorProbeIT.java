package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AcceleratorProbeIT {
  private static AcceleratorProbe probe(Path folder) throws IOException {
    Workbench.in(folder);
    return new AcceleratorProbe(new Program("qemu-system-x86_64", "").locate());
  }

  @Test
  void bootSectorComesToItsEnd(@TempDir Path folder) throws IOException {
    assertThat(probe(folder).runs(Accelerator.TCG)).isTrue();
  }

  @Test
  void answerComesQuicklyWhateverItIs(@TempDir Path folder) throws IOException {
    AcceleratorProbe probe = probe(folder);
    long began = System.nanoTime();
    System.out.println("this host has " + probe.probe());
    Timings.report("probe", began);
    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(5).toNanos());
  }
}
