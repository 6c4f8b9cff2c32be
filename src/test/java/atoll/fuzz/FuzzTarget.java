package atoll.fuzz;

import java.io.IOException;
import java.util.List;

/** Something that reads bytes from outside, to be fed any. One thread at a time. */
public interface FuzzTarget extends AutoCloseable {
  /** Inputs made by hand that reach deep; mutations begin with them. */
  List<byte[]> seeds() throws IOException;

  /**
   * Feeds one input. What the reader says it throws is caught here; whatever else is thrown is a
   * finding, and so are an answer that contradicts itself, too much memory and too much time.
   */
  void feed(byte[] input) throws Exception;

  /** Gives back what it holds; most hold nothing. */
  @Override
  default void close() throws IOException {}
}
