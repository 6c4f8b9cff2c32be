package atoll.objectstore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process leaves on a shared store to be told from others: a later one on the same host can
 * see whether it still lives. Of processes of other hosts, of other containers, or before a reboot
 * nothing is known.
 */
public final class ProcessMark {
  private static final Pattern TEXT = Pattern.compile("(.+),(\\d{1,18}),(\\d{1,18})");

  private static final String ID_SPACE = idSpace();

  private ProcessMark() {}

  /** The mark of this process: where process ids mean something, its own, and when it began. */
  public static String own() {
    var own = ProcessHandle.current();
    return "%s,%d,%d".formatted(ID_SPACE, own.pid(), startMillis(own));
  }

  /** Whether the process of a mark is certainly no more. */
  public static boolean isGone(String mark) {
    Matcher text = TEXT.matcher(mark);
    return text.matches()
        && text.group(1).equals(ID_SPACE)
        && isGone(Long.parseLong(text.group(2)), Long.parseLong(text.group(3)));
  }

  /** Whether there is no process of this id that began then. */
  static boolean isGone(long pid, long startMillis) {
    return ProcessHandle.of(pid).filter(p -> startMillis(p) == startMillis).isEmpty();
  }

  static long startMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** This boot of this kernel, and the process id namespace; empty where that is not to be had. */
  private static String idSpace() {
    try {
      String boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
      return boot + "," + Files.readSymbolicLink(Path.of("/proc/self/ns/pid"));
    } catch (IOException e) {
      return ""; // not Linux
    }
  }
}
