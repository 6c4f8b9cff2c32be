package atoll.objectstore;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Speaks with a store over the network: each method is one request, tried once. {@link
 * RemoteObjectStore} makes an {@link ObjectStore} of it.
 *
 * <p>Names are keys with the prefix of the store before them. Positions and limits of buffers stay
 * as they are. What may pass by itself is a {@link TemporaryFailureException}. May be called from
 * any thread.
 */
public interface StoreClient extends AutoCloseable {
  /**
   * What {@link #listingDelay} is of a Swift nobody said it of, whatever protocol it speaks. Its
   * updaters bring listings up to date every five minutes when a container's server was busy or
   * away.
   */
  Duration SWIFT_LISTING_DELAY = Duration.ofMinutes(10);

  /**
   * Looks whether the bucket or container is there and may be used.
   *
   * @throws IOException that tells what is missing or wrong
   */
  void check() throws IOException;

  /** Makes the bucket or container; one that is there stays as it is. */
  void create() throws IOException;

  /** Stores the rest of {@code content}, replacing what was there. */
  void put(String name, ByteBuffer content) throws IOException;

  /**
   * Stores the rest of {@code content} unless there is something; says whether it did. A service
   * that does not know such conditions may not heed this one.
   *
   * @throws RefusedConditionException if the service refuses to put conditionally
   */
  boolean putNew(String name, ByteBuffer content) throws IOException;

  /**
   * Reads a whole object.
   *
   * @throws NoSuchObjectException if there is none
   * @throws ObjectTooLongException if it is longer than {@code bytesMax}
   */
  ByteBuffer get(String name, int bytesMax) throws IOException;

  /**
   * Copies a range that is not empty into the rest of {@code destination}.
   *
   * @throws NoSuchObjectException if there is no object
   * @throws java.io.EOFException if it ends before
   */
  void get(String name, long offsetBytes, ByteBuffer destination) throws IOException;

  /** Removes an object; one that is not there is removed already. */
  void delete(String name) throws IOException;

  /** Whether there is an object; a missing bucket or container is an error. */
  boolean exists(String name) throws IOException;

  /** Lists what begins with {@code prefix}, in order, from behind {@code after} on. */
  ListedPage list(String prefix, String after) throws IOException;

  /** How long a listing may lag behind what was put and deleted. */
  Duration listingDelay();

  @Override
  void close();
}
