package atoll.hypervisor.qemu;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@link FreezeKeeper}, seen from Atoll: orders go in, {@link KeeperWords} come out. */
final class KeeperProcess {
  private final KeeperWords words;
  private final Writer orders;

  /** One that was started, and whose words somebody hears. */
  KeeperProcess(Process process, KeeperWords words) {
    this.words = words;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Starts one. */
  static KeeperProcess start(List<String> command) throws IOException {
    Process process = DetachedProcess.start(command).process();
    var words = new KeeperWords();
    Thread.ofPlatform()
        .daemon()
        .name("freeze keeper " + process.pid())
        .start(() -> words.hear(process.inputReader()));
    return new KeeperProcess(process, words);
  }

  /** Has it freeze the guest whose agent is behind {@code socket}; its next word tells whether. */
  void order(Path socket, Duration limit) {
    say(limit.toMillis() + " " + socket);
  }

  /** Has it thaw the guest; its next word tells whether it was frozen until then. */
  void thaw() {
    say("thaw");
  }

  private void say(String line) {
    try {
      orders.write(line + "\n");
      orders.flush();
    } catch (IOException e) {
      // It has ended; what it said last is in its words.
    }
  }

  /** Its next word, or what came instead of one. */
  String nextWord(Duration patience) throws IOException {
    return words.next(patience);
  }

  /** Whether it has ended where a word was waited for. */
  boolean endedWordless() {
    return words.ended();
  }

  /** Has it thaw whatever it keeps frozen, and end. */
  void letGo() {
    try {
      orders.close();
    } catch (IOException e) {
      // It has ended.
    }
  }
}
