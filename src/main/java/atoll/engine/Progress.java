package atoll.engine;

import atoll.repository.ProgressListener;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How far a piece of work is.
 *
 * @param fraction from 0 to 1
 * @param bytes null if it is not counted in bytes, or has not begun
 */
public record Progress(double fraction, @Nullable Bytes bytes) {
  /** It has not begun. */
  static final Progress NONE = of(0);

  /** How much is done of what there is to do. */
  public record Bytes(long done, long total) {}

  /** Of something that is not counted in bytes. */
  static Progress of(double fraction) {
    return new Progress(fraction, null);
  }

  /** Of something that is; nothing of nothing is done. */
  static Progress ofBytes(long done, long total) {
    return new Progress(total == 0 ? 1 : (double) done / total, new Bytes(done, total));
  }

  /** Hears bytes, and tells {@code listener} how far it is. */
  static ProgressListener bytesTo(Consumer<Progress> listener) {
    return (done, total) -> listener.accept(ofBytes(done, total));
  }
}
