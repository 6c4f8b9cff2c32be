package atoll.engine;

import atoll.model.SnapshotId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a process that something goes wrong with was told, line by line: what the guest has written
 * and flushed, which snapshots were taken, which were deleted. Who reads it knows what must be
 * there.
 */
final class Diary {
  private final Path file;

  Diary(Path file) {
    this.file = file;
  }

  /** The guest is about to write a region: what is there is unknown until it has. */
  void writing(int region, String seed) throws IOException {
    line("WRITING " + region + " " + seed);
  }

  /** The guest has written a region. */
  void wrote(int region, String seed) throws IOException {
    line("WROTE " + region + " " + seed);
  }

  /** A snapshot of the data volume was reported taken. */
  void taken(SnapshotId snapshot) throws IOException {
    line("TAKEN " + snapshot);
  }

  /** A snapshot of a volume that was imported was reported taken. */
  void takenOfImage(SnapshotId snapshot) throws IOException {
    line("TAKEN_OF_IMAGE " + snapshot);
  }

  /** A snapshot is about to be deleted: it may be there or not. */
  void deleting(SnapshotId snapshot) throws IOException {
    line("DELETING " + snapshot);
  }

  private void line(String text) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      channel.write(ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)));
    }
  }

  /**
   * What must be true.
   *
   * @param regions what the guest has on its disk now: seeds by region, those written last at the
   *     end
   * @param snapshots those that must be there, with what each must hold
   */
  record Promises(Map<Integer, String> regions, Map<SnapshotId, Map<Integer, String>> snapshots) {}

  Promises read() throws IOException {
    var regions = new LinkedHashMap<Integer, String>();
    var snapshots = new LinkedHashMap<SnapshotId, Map<Integer, String>>();
    for (String line : lines()) {
      String[] words = line.split(" ", 3);
      switch (words[0]) {
        case "WRITING" -> regions.remove(Integer.valueOf(words[1]));
        case "WROTE" -> regions.put(Integer.valueOf(words[1]), words[2]);
        case "TAKEN" -> snapshots.put(SnapshotId.of(words[1]), Map.copyOf(regions));
        case "TAKEN_OF_IMAGE" -> snapshots.put(SnapshotId.of(words[1]), TrialSite.IMAGE);
        case "DELETING" -> snapshots.remove(SnapshotId.of(words[1]));
        default -> throw new IOException("diary: " + line);
      }
    }
    return new Promises(regions, snapshots);
  }

  private List<String> lines() throws IOException {
    return Files.exists(file) ? new ArrayList<>(Files.readAllLines(file)) : List.of();
  }
}
