package atoll.hypervisor.qemu;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes that go to a guest's agent and come from it. For one thread. A deadline is a time of
 * {@link System#nanoTime}; what is not done by then fails with an {@link IOException}, also while
 * bytes do come: a guest can send them for ever.
 */
interface AgentWire extends Closeable {
  /** Sends all of {@code bytes}. */
  void write(ByteBuffer bytes, long deadline) throws IOException;

  /** Waits for at least one byte; how many there are, or -1 if there will be no more. */
  int read(ByteBuffer destination, long deadline) throws IOException;
}
