package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** The keeper of a frozen guest: an input is what it writes. */
public final class KeptGuestFuzz implements FuzzTarget {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @Override
  public List<byte[]> seeds() {
    return List.of(
        QmpFuzz.bytes("frozen 2\nthawed\n"),
        QmpFuzz.bytes("WARNING: of the JVM\nfrozen 999999999\nlate\n"),
        QmpFuzz.bytes("failed guest agent: no answer in time\n"));
  }

  @Override
  public void feed(byte[] input) {
    var words = new KeeperWords();
    words.hear(new StringReader(new String(input, StandardCharsets.UTF_8)));
    allow(() -> {
      var keeper = new KeeperProcess(new Keeper(), words);
      try (var guest = KeptGuest.frozenBy(keeper, KeptGuestFuzz::noAgent, LIMIT, () -> {})) {
        demand(guest.fileSystems() >= 0, "less than no file system");
      }
    });
  }

  private static GuestAgent noAgent() throws IOException {
    throw new IOException("no agent");
  }

  /** A process that has ended, and written all it will ever write. */
  private static final class Keeper extends Process {
    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public InputStream getInputStream() {
      return InputStream.nullInputStream();
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
}
