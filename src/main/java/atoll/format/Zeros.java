package atoll.format;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Zeros for ranges without data. */
public final class Zeros {
  private Zeros() {}

  /** Puts zeros into the next {@code lengthBytes} of {@code destination}. */
  public static void put(ByteBuffer destination, int lengthBytes) {
    ByteBuffer part = destination.slice(destination.position(), lengthBytes);
    MemorySegment.ofBuffer(part).fill((byte) 0);
    destination.position(destination.position() + lengthBytes);
  }
}
