package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keeper of a frozen guest: an input is what it writes. */
public final class KeptGuestFuzz implements FuzzTarget {
  private final Path folder;

  /** Looks for an agent in {@code folder} that is not there. */
  public KeptGuestFuzz(Path folder) {
    this.folder = folder;
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        QmpFuzz.bytes("frozen 2\nthawed\n"),
        QmpFuzz.bytes("WARNING: of the JVM\nfrozen 999999999\nlate\n"),
        QmpFuzz.bytes("failed guest agent: no answer in time\n"));
  }

  @Override
  public void feed(byte[] input) {
    var keeper = new Keeper(input);
    allow(() -> {
      try (var guest = KeptGuest.frozenBy(keeper, folder.resolve("none"), Duration.ofSeconds(5))) {
        demand(guest.fileSystems() >= 0, "less than no file system");
      }
    });
  }

  /** A process that has written all it will ever write. */
  private static final class Keeper extends Process {
    private final InputStream words;

    Keeper(byte[] words) {
      this.words = new ByteArrayInputStream(words);
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return words;
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public int waitFor() {
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }

    @Override
    public void destroy() {
      // It has ended.
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(folder);
  }
}
