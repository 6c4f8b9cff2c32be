package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process of a machine.
 *
 * <p>A process id says little: after the process has ended another may get the same. So a process
 * is this machine's only if its command line names this machine's pid file, and {@link
 * ProcessHandle}, which remembers when the process began, is what it is ended by.
 */
final class QemuProcess {
  /** More than any pid file has, whatever is in it. */
  private static final int PID_FILE_BYTES_MAX = 100;

  private final ProcessHandle handle;
  private final Path pidFile;

  private QemuProcess(ProcessHandle handle, Path pidFile) {
    this.handle = handle;
    this.pidFile = pidFile;
  }

  /** One that was just started with {@code -pidfile} of this directory. */
  static QemuProcess of(Process process, RunDirectory directory) {
    return new QemuProcess(process.toHandle(), directory.pidFile());
  }

  /**
   * The process of the machine in {@code directory}, whoever started it; empty if there is none.
   */
  static Optional<QemuProcess> find(RunDirectory directory) throws IOException {
    Optional<QemuProcess> named =
        readPid(directory.pidFile())
            .flatMap(ProcessHandle::of)
            .map(handle -> new QemuProcess(handle, directory.pidFile()))
            .filter(QemuProcess::isRunning);
    if (named.isEmpty() && Files.exists(directory.startingMark())) {
      // Whoever started it died before it wrote its pid file.
      return ProcessHandle.allProcesses()
          .map(handle -> new QemuProcess(handle, directory.pidFile()))
          .filter(QemuProcess::isRunning)
          .findFirst();
    }
    return named;
  }

  private static Optional<Long> readPid(Path pidFile) throws IOException {
    try (InputStream in = Files.newInputStream(pidFile)) {
      byte[] bytes = in.readNBytes(PID_FILE_BYTES_MAX);
      return Optional.of(Long.valueOf(new String(bytes, StandardCharsets.ISO_8859_1).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty(); // the host died while it was written, and the process with it
    }
  }

  /** Whether the process is there, and is this machine's. */
  boolean isRunning() {
    try {
      // Of a process that has ended and waits for its parent the command line is empty.
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(handle.pid()), "cmdline"));
      String[] arguments = new String(line, StandardCharsets.UTF_8).split("\0");
      return Arrays.asList(arguments).contains(pidFile.toString());
    } catch (IOException e) {
      return false; // no such process, or another user's
    }
  }

  /** Ends it without asking it. */
  void kill() {
    if (isRunning()) {
      handle.destroyForcibly();
    }
  }

  /** Waits until it is gone, and its locks with it; false if it is not within {@code patience}. */
  boolean awaitEnd(Duration patience) throws IOException {
    try {
      handle.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return !isRunning();
    } catch (ExecutionException e) {
      throw new IOException("cannot wait for process " + handle.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while process " + handle.pid() + " ended");
    }
  }

  @Override
  public String toString() {
    return "process " + handle.pid();
  }
}
