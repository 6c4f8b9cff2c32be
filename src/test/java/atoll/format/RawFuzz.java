package atoll.format;

import static atoll.format.ImageExam.allow;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A raw file. An input is pairs: the length of a hole in three bytes, and how much data follow. */
public final class RawFuzz implements FuzzTarget {
  private static final int PIECES_MAX = 64;

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[0],
        new byte[] {0, 0, 0, 17},
        new byte[] {0, 16, 0, 1, 1, 0, 0, 127},
        new byte[] {0, 16, 0, 0, 0, 16, 0, 0});
  }

  @Override
  public void feed(byte[] input) throws IOException {
    MemoryFile file = file(ByteBuffer.wrap(input));
    allow(() -> {
      try (var image = RawImage.of(file.open())) {
        ImageExam.demand(image.sizeBytes() == file.sizeBytes(), "another size");
        ImageExam.examine(image);
      }
    });
    file.demandClosed();
  }

  private static MemoryFile file(ByteBuffer pieces) {
    var file = new MemoryFile(Path.of("image"));
    for (int piece = 0; piece < PIECES_MAX && pieces.remaining() >= 4; piece++) {
      int word = pieces.getInt();
      var data = new byte[word & 0xff];
      Arrays.fill(data, (byte) 'd');
      file.add(word >>> 8, data);
    }
    return file;
  }
}
