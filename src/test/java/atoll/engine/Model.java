package atoll.engine;

import atoll.model.SnapshotId;
import atoll.model.VolumeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What volumes and snapshots ought to hold, as plain bytes that are never changed in place. */
final class Model {
  /** Every living volume. */
  final Map<VolumeId, byte[]> volumes = new LinkedHashMap<>();

  /** Every living snapshot, with all that it may hold: two contents if a write met its take. */
  final Map<SnapshotId, List<byte[]>> snapshots = new LinkedHashMap<>();

  byte[] content(VolumeId volume) {
    byte[] content = volumes.get(volume);
    if (content == null) {
      throw new IllegalStateException("the model has no volume " + volume);
    }
    return content;
  }

  int size(VolumeId volume) {
    return content(volume).length;
  }

  /** Fills a range with one byte. */
  void fill(VolumeId volume, int from, int length, int value) {
    byte[] changed = content(volume).clone();
    Arrays.fill(changed, from, from + length, (byte) value);
    volumes.put(volume, changed);
  }

  void grow(VolumeId volume, long sizeBytes) {
    volumes.put(volume, Arrays.copyOf(content(volume), (int) sizeBytes));
  }

  /** A stretch of equal bytes. */
  record Run(int from, int length, int value) {}

  /** Content as the longest stretches of equal bytes. */
  static List<Run> runs(byte[] content) {
    var runs = new ArrayList<Run>();
    int from = 0;
    while (from < content.length) {
      int end = from + 1;
      while (end < content.length && content[end] == content[from]) {
        end++;
      }
      runs.add(new Run(from, end - from, content[from] & 0xff));
      from = end;
    }
    return runs;
  }
}
