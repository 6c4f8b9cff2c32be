package atoll.nbd;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A connection: an input is all that the client says, which is answered on this thread. */
public final class NbdFuzz implements FuzzTarget {
  private static final int IMAGE_BYTES = 20_000;

  private static final NbdLimits LIMITS = Servers.limits(1, 1, NbdLimits.defaults().patience());

  private final TestImage image = TestImage.random(new SplittableRandom(1), 512, IMAGE_BYTES);
  private final Exports exports =
      new Exports(
          List.of(
              new NbdExport("one", "first", image, 4096), new NbdExport("two", "", image, 65536)));
  private final BufferPool pool = new BufferPool(1 << 20);

  @Override
  public List<byte[]> seeds() {
    byte[] status =
        join(
            option(NbdTestClient.STRUCTURED_REPLY, new byte[0]),
            option(
                NbdTestClient.SET_META_CONTEXT, NbdTestClient.contexts("two", "base:allocation")),
            option(NbdTestClient.GO, NbdTestClient.question("two", 1, 2, 3)),
            request(0, NbdTestClient.READ, 100, 9000),
            request(NbdTestClient.DF, NbdTestClient.READ, 0, IMAGE_BYTES),
            request(NbdTestClient.REQ_ONE, NbdTestClient.BLOCK_STATUS, 0, IMAGE_BYTES),
            request(0, NbdTestClient.BLOCK_STATUS, 512, 10_000),
            request(0, NbdTestClient.CACHE, 0, 4096),
            request(0, NbdTestClient.DISC, 0, 0));
    byte[] old =
        join(
            option(NbdTestClient.LIST, new byte[0]),
            option(NbdTestClient.LIST_META_CONTEXT, NbdTestClient.contexts("one")),
            option(NbdTestClient.INFO, NbdTestClient.question("")),
            option(NbdTestClient.EXPORT_NAME, NbdTestClient.utf8("one")),
            request(0, NbdTestClient.READ, 100, 1),
            request(0, NbdTestClient.WRITE, 0, 3),
            new byte[3],
            request(0, NbdTestClient.TRIM, 0, 512),
            request(0, NbdTestClient.FLUSH, 0, 0));
    byte[] gone = option(NbdTestClient.ABORT, new byte[0]);
    return List.of(
        join(flags(3), status), join(flags(1), old), join(flags(3), gone), join(flags(0), old));
  }

  private static byte[] flags(int flags) {
    return ByteBuffer.allocate(4).putInt(flags).array();
  }

  private static byte[] option(int option, byte[] data) {
    return ByteBuffer.allocate(16 + data.length)
        .putLong(0x49484156454f5054L)
        .putInt(option)
        .putInt(data.length)
        .put(data)
        .array();
  }

  private static byte[] request(int flags, int command, long offsetBytes, int lengthBytes) {
    return NbdTestClient.requestBytes(flags, command, 7, offsetBytes, lengthBytes).array();
  }

  private static byte[] join(byte[]... parts) {
    var joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  @Override
  public void feed(byte[] input) {
    var client = new Client(input);
    var wire = new Wire(client, client);
    Session session = negotiate(wire);
    demand(client.said.size() >= 18, "no greeting");
    demand(client.said.size() <= 18 + 30L * input.length, "a handshake that says too much");
    if (session != null) {
      int before = client.said.size();
      var transmission = new Transmission(wire, session, pool, LIMITS, () -> {}, () -> {});
      transmission.run(Runnable::run);
      allow(transmission::check);
      if (session.isStructured()) {
        byte[] said = client.said.toByteArray();
        examine(ByteBuffer.wrap(said, before, said.length - before).slice());
      }
    }
  }

  private @Nullable Session negotiate(Wire wire) {
    try {
      return new Handshake(wire, exports).negotiate();
    } catch (IOException e) {
      return null; // declared
    }
  }

  /** Demands that all replies are whole chunks, and that what is read is what the image holds. */
  private void examine(ByteBuffer replies) {
    while (replies.hasRemaining()) {
      demand(replies.remaining() >= 20, "a chunk that is cut off");
      demand(replies.getInt() == 0x668e33ef, "no chunk");
      int flags = replies.getShort();
      demand(flags == 0 || flags == 1, "flags of a chunk");
      int type = Short.toUnsignedInt(replies.getShort());
      replies.getLong();
      int length = replies.getInt();
      demand(length >= 0 && length <= replies.remaining(), "the length of a chunk");
      ByteBuffer payload = replies.slice(replies.position(), length);
      replies.position(replies.position() + length);
      switch (type) {
        case NbdTestClient.CHUNK_NONE -> demand(length == 0, "nothing with something in it");
        case NbdTestClient.CHUNK_DATA -> same(payload.getLong(), payload);
        case NbdTestClient.CHUNK_HOLE ->
            same(payload.getLong(), ByteBuffer.allocate(payload.getInt()));
        case NbdTestClient.CHUNK_STATUS -> demand(length % 8 == 4, "the length of extents");
        case NbdTestClient.CHUNK_ERROR ->
            demand(length == 6 + payload.getShort(4), "the length of a message");
        default -> throw new AssertionError("chunk of type " + type);
      }
    }
  }

  private void same(long offsetBytes, ByteBuffer content) {
    byte[] expected = image.bytes(offsetBytes, content.remaining());
    demand(content.equals(ByteBuffer.wrap(expected)), "other content");
  }

  /** Says the input, and hears all. */
  private static final class Client implements ReadableByteChannel, GatheringByteChannel {
    private final ByteBuffer input;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    Client(byte[] input) {
      this.input = ByteBuffer.wrap(input);
    }

    @Override
    public int read(ByteBuffer destination) {
      if (!input.hasRemaining()) {
        return -1;
      }
      int length = Math.min(input.remaining(), destination.remaining());
      destination.put(input.slice(input.position(), length));
      input.position(input.position() + length);
      return length;
    }

    @Override
    public int write(ByteBuffer source) {
      int length = source.remaining();
      byte[] bytes = new byte[length];
      source.get(bytes);
      said.writeBytes(bytes);
      return length;
    }

    @Override
    public long write(ByteBuffer[] sources, int from, int count) {
      long length = 0;
      for (int i = from; i < from + count; i++) {
        length += write(sources[i]);
      }
      return length;
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
      return write(sources, 0, sources.length);
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
