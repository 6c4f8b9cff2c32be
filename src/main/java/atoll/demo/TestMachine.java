package atoll.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The demo's guest at work: its file system on the data disk, the files that it changes, its
 * heartbeat on both disks.
 *
 * <p>The boot disk is {@code vda}, the data disk {@code vdb}. The heartbeat beats in the gap before
 * the first partition, which both disks have.
 */
final class TestMachine implements AutoCloseable {
  private static final long HEARTBEAT_BYTES = 512 << 10;
  private static final int HEARTBEAT_MILLIS = 5;
  private static final Pattern BEAT = Pattern.compile("beat ([0-9]+)");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Guest guest;

  private TestMachine(Guest guest) {
    this.guest = guest;
  }

  /** Connects to a guest that is booting and waits until it has. */
  static TestMachine awaitBoot(Path channel) throws IOException {
    Guest guest = Guest.connect(channel);
    guest.awaitReady(PATIENCE);
    return new TestMachine(guest);
  }

  Guest guest() {
    return guest;
  }

  /** Runs a shell command in the guest. */
  String shell(String command) throws IOException {
    return guest.call("sh " + command, PATIENCE);
  }

  /** Checks a file system that is not mounted, without changing it: 0 if it is clean. */
  int checkFileSystem(String partition) throws IOException {
    return Integer.parseInt(guest.call("fsck " + partition, PATIENCE));
  }

  void mountData() throws IOException {
    guest.call("mount vdb1 /mnt", PATIENCE);
  }

  /** Begins to beat on both disks, boot disk first. */
  void startHeartbeat() throws IOException {
    guest.call("heartbeat start vda,vdb " + HEARTBEAT_BYTES + " " + HEARTBEAT_MILLIS);
  }

  /** The number of the last beat on a disk. */
  long lastBeat(String disk) throws IOException {
    String block =
        shell(
            "dd if=/dev/%s bs=4096 skip=%d count=1 status=none | head -c 64"
                .formatted(disk, HEARTBEAT_BYTES / 4096));
    Matcher beat = BEAT.matcher(block);
    if (!beat.find()) {
      throw new IOException("no heartbeat on " + disk + " but: " + block);
    }
    return Long.parseLong(beat.group(1));
  }

  /** Keeps writing to a file in the background: a growing count, flushed each time. */
  void startWriting() throws IOException {
    shell(
        "(i=0; while [ ! -e /run/writer.stop ]; do i=$((i+1)); echo $i >> /mnt/count; sync; usleep"
            + " 100000; done) > /dev/null 2>&1 &");
  }

  /** Copies some files of the data disk to new ones, as {@code NAME.N}. */
  void copyFiles(String name, int from, int to) throws IOException {
    shell(
        "for i in $(seq %d %d); do cat /mnt/d0/f$i > /mnt/%s.$i; done; sync"
            .formatted(from, to, name));
  }

  /** Deletes a folder of the data disk and has the space discarded. */
  void deleteAndDiscard(String folder) throws IOException {
    shell("rm -rf /mnt/%s; sync; fstrim /mnt".formatted(folder));
  }

  /** The SHA-256 of the contents of files that a shell pattern names, computed in the guest. */
  String sum(String pattern) throws IOException {
    return shell("cat %s | sha256sum | cut -c1-64".formatted(pattern));
  }

  /** What happened since the disks had that content does not matter any more: no farewell. */
  @Override
  public void close() throws IOException {
    guest.close();
  }
}
