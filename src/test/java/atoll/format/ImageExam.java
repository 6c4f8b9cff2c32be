package atoll.format;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Asks a fuzzed image all there is to ask, and demands that its answers fit each other. */
public final class ImageExam {
  /** So much is read at each of the places. */
  private static final int WINDOW_BYTES = 3000;

  private static final int PLACES_MAX = 6;

  private static final byte[] ZEROS = new byte[WINDOW_BYTES];

  private ImageExam() {}

  /** A step that may find the image corrupt. */
  public interface Step {
    /** Does it. */
    void run() throws IOException;
  }

  /** Does a step; that it cannot be done because of the bytes is an answer, too. */
  public static void allow(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      // declared: the bytes are corrupt, or end too early
    }
  }

  /** All extents, and what is read at some of them. */
  public static void examine(BlockImage image) {
    List<Extent> places = new ArrayList<>();
    allow(() -> walk(image, places));
    long sizeBytes = image.sizeBytes();
    places.add(new Extent(0, Math.max(1, sizeBytes), Kind.DATA));
    places.add(new Extent(Math.max(0, sizeBytes - 777), Math.max(1, sizeBytes), Kind.DATA));
    for (Extent place : places) {
      allow(() -> read(image, place));
    }
  }

  private static void walk(BlockImage image, List<Extent> places) throws IOException {
    var last = new Extent[1];
    image.extents(
        0,
        image.sizeBytes(),
        extent -> {
          long expected = last[0] == null ? 0 : last[0].endBytes();
          demand(extent.offsetBytes() == expected, "a gap before an extent");
          demand(last[0] == null || last[0].kind() != extent.kind(), "extents are not joined");
          last[0] = extent;
          if (places.size() < PLACES_MAX) {
            places.add(extent);
          }
        });
    long end = last[0] == null ? 0 : last[0].endBytes();
    demand(end == image.sizeBytes(), "extents end elsewhere than the image");
    if (last[0] != null) {
      places.add(last[0]);
    }
  }

  /** Reads across the begin of an extent; where it is zeros the same must be read. */
  private static void read(BlockImage image, Extent place) throws IOException {
    long from = Math.max(0, place.offsetBytes() - 100);
    var bytes = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, image.sizeBytes() - from));
    image.read(from, bytes);
    demand(!bytes.hasRemaining(), "not filled");
    if (place.kind() == Kind.ZERO) {
      int begin = (int) (place.offsetBytes() - from);
      int length = (int) Math.min(bytes.limit() - begin, place.lengthBytes());
      if (bytes.slice(begin, length).mismatch(ByteBuffer.wrap(ZEROS, 0, length)) >= 0) {
        throw new AssertionError("no zero in " + place);
      }
    }
  }

  /** Says that an answer is wrong; the problem costs nothing while it is not. */
  public static void demand(boolean holds, String problem) {
    if (!holds) {
      throw new AssertionError(problem);
    }
  }
}
