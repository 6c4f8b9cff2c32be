package atoll.format.vhd;

import atoll.format.Extent;
import atoll.format.Extent.Kind;
import atoll.format.ExtentJoiner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Random data in a new file of random options, written in pieces and in any order. */
final class RandomContent {
  private static final List<Kind> KINDS = List.of(Kind.DATA, Kind.ZERO, Kind.ABSENT);

  private final byte[] content;

  private RandomContent(int sizeBytes) {
    this.content = new byte[sizeBytes];
  }

  /** What must be read. */
  byte[] content() {
    return content;
  }

  /** Writes with blocks of 4 KiB and more: QEMU reads no smaller ones as the specification says. */
  static RandomContent write(Path file, Random random) throws IOException {
    int blockBits = random.nextInt(3) == 0 ? 21 : 12 + random.nextInt(9);
    long sizeBytes = 512 * random.nextLong(1, Math.min(16L << 20, 300L << blockBits) / 512 + 1);
    var id = new UUID(random.nextLong(), random.nextLong());
    var spec = new VhdSpec(sizeBytes, blockBits, id, Instant.EPOCH);
    var made = new RandomContent((int) sizeBytes);
    List<Extent> extents = made.randomExtents(random);
    List<ByteBuffer> pieces = made.fill(extents, random);
    if (random.nextInt(4) == 0) {
      try (var writer = FixedVhdWriter.create(file, spec)) {
        for (ByteBuffer piece : pieces) {
          writer.write(piece.position(), piece);
        }
        writer.finish(random.nextInt(10) == 0);
      }
      return made;
    }
    try (var writer =
        VhdWriter.create(
            file,
            spec,
            visitor -> {
              for (Extent extent : extents) {
                visitor.visit(extent);
              }
            })) {
      for (ByteBuffer piece : pieces) {
        writer.write(piece.position(), piece);
      }
      writer.finish(random.nextInt(10) == 0);
    }
    return made;
  }

  private List<Extent> randomExtents(Random random) throws IOException {
    List<Extent> extents = new ArrayList<>();
    var joiner = new ExtentJoiner(0, extents::add);
    long offset = 0;
    while (offset < content.length) {
      long most = Math.ceilDiv(content.length, 1 + random.nextInt(20));
      long end = Math.min(content.length, offset + random.nextLong(1, most + 1));
      joiner.add(KINDS.get(random.nextInt(KINDS.size())), end - offset);
      offset = end;
    }
    joiner.finish();
    return extents;
  }

  /** Thinks out the data; the pieces begin where they are to be written. */
  private List<ByteBuffer> fill(List<Extent> extents, Random random) {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (Extent extent : extents) {
      int offset = (int) extent.offsetBytes();
      int end = (int) extent.endBytes();
      while (extent.kind() == Kind.DATA && offset < end) {
        int length = 1 + random.nextInt(end - offset);
        var piece = new byte[length];
        random.nextBytes(piece);
        System.arraycopy(piece, 0, content, offset, length);
        pieces.add(ByteBuffer.wrap(content, offset, length));
        offset += length;
      }
    }
    Collections.shuffle(pieces, random);
    return pieces;
  }
}
