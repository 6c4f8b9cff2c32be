package atoll.format.vhd;

import atoll.format.CorruptImageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the names in a bundle mean. {@code 0.vhd} is the newest file, each next number its parent;
 * older bundles have {@code snap.vhd} over {@code image.vhd} over {@code base.vhd}, of which some
 * may be missing.
 *
 * <p>Source: OpenStack Nova, plugins/xenserver/xenapi/etc/xapi.d/plugins/utils.py, import_vhds.
 */
final class BundleNames {
  private static final Pattern NUMBERED = Pattern.compile("(0|[1-9][0-9]{0,2})\\.vhd");
  private static final List<String> OLD = List.of("snap.vhd", "image.vhd", "base.vhd");

  /** Old names come behind all numbers, so that a mixture has a gap. */
  private static final int FIRST_OLD = 1000;

  /** Lists of the files and swap space that nobody reads any more. */
  private static final Set<String> LEFT_OUT = Set.of("manifest", "chain", "swap.vhd");

  private final Path bundle;
  private final TreeMap<Integer, Path> files = new TreeMap<>();

  BundleNames(Path bundle) {
    this.bundle = bundle;
  }

  /** The name of a file in a bundle without the {@code ./} that tar puts before it. */
  static String plain(String entry) {
    return entry.startsWith("./") ? entry.substring(2) : entry;
  }

  /** Whether a file may be there but is not needed. */
  static boolean isLeftOut(String name) {
    return LEFT_OUT.contains(name);
  }

  /** The place of a file in the chain, 0 for the newest; none if the name has no meaning. */
  static @Nullable Integer place(String name) {
    int old = OLD.indexOf(name);
    if (old >= 0) {
      return FIRST_OLD + old;
    }
    Matcher matcher = NUMBERED.matcher(name);
    return matcher.matches() ? Integer.valueOf(matcher.group(1)) : null;
  }

  int count() {
    return files.size();
  }

  /** Notes where the file of a place is unpacked to. */
  void add(int place, Path file) throws CorruptImageException {
    if (files.putIfAbsent(place, file) != null) {
      throw new CorruptImageException(bundle, "tar entry " + file.getFileName(), "is there twice");
    }
  }

  /** The unpacked files, the newest first. */
  List<Path> leafFirst() throws CorruptImageException {
    if (files.isEmpty()) {
      throw new CorruptImageException(bundle, "tar", "has no VHD file");
    }
    boolean old = files.firstKey() >= FIRST_OLD;
    int expected = 0;
    for (int place : files.keySet()) {
      if (!old && place != expected++) {
        throw new CorruptImageException(
            bundle, "tar entry " + (expected - 1) + ".vhd", "is missing");
      }
    }
    return new ArrayList<>(files.values());
  }
}
