package atoll.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps objects under names, as a directory, Swift and S3 can.
 *
 * <p>A key is one to sixteen segments of {@code [a-z0-9._-]} joined by slashes; no segment begins
 * with a dot. An object is durable before {@link #put} returns and is never seen half-written. May
 * be called from any thread. Failures are {@link IOException}; what may pass by itself {@link
 * RemoteObjectStore} has tried again before.
 */
public interface ObjectStore extends AutoCloseable {
  /**
   * Stores the rest of {@code content} under {@code key}, replacing what was there; the buffer's
   * position moves to its limit.
   */
  void put(String key, ByteBuffer content) throws IOException;

  /**
   * Reads a whole object that is no longer than {@code bytesMax}.
   *
   * @throws NoSuchObjectException if there is none
   * @throws ObjectTooLongException if it is longer: it is not taken into memory
   */
  ByteBuffer get(String key, int bytesMax) throws IOException;

  /**
   * Fills {@code destination} from {@code offsetBytes} of an object on.
   *
   * @throws NoSuchObjectException if there is none
   * @throws java.io.EOFException if the object ends before
   */
  void get(String key, long offsetBytes, ByteBuffer destination) throws IOException;

  /** Removes an object; one that is not there is removed already. */
  void delete(String key) throws IOException;

  /** Whether there is an object, without reading it. */
  boolean exists(String key) throws IOException;

  /**
   * Visits all objects whose keys begin with {@code prefix}, in no order; one put or deleted
   * meanwhile may or may not be seen.
   */
  void list(String prefix, ObjectVisitor visitor) throws IOException;

  /**
   * How long a listing may lag behind: it may lack what was put, and still show what was deleted,
   * no longer ago than this. All other calls always see the latest state.
   */
  default Duration listingDelay() {
    return Duration.ZERO;
  }

  /**
   * How long a put or a delete may still be on its way when its sender has died, or has given it
   * up: until then it may be done, once more even, after what others did since.
   */
  default Duration inFlightMax() {
    return Duration.ZERO;
  }

  /** What puts only where nothing is, in stores that can. */
  default Optional<ConditionalPut> conditionalPut() throws IOException {
    return Optional.empty();
  }

  @Override
  void close() throws IOException;
}
