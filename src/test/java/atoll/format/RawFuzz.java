package atoll.format;

import static atoll.format.ImageExam.allow;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** A raw file. An input is pairs: the length of a hole in three bytes, and how much data follow. */
public final class RawFuzz implements FuzzTarget {
  private static final int PIECES_MAX = 64;

  private final Path folder;
  private final Path file;

  /** Keeps the file in {@code folder}. */
  public RawFuzz(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("image");
  }

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
    write(ByteBuffer.wrap(input));
    allow(() -> {
      try (var image = RawImage.open(file)) {
        ImageExam.demand(image.sizeBytes() == Files.size(file), "another size");
        ImageExam.examine(image);
      }
    });
  }

  private void write(ByteBuffer pieces) throws IOException {
    try (var channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      long end = 0;
      for (int piece = 0; piece < PIECES_MAX && pieces.remaining() >= 4; piece++) {
        int word = pieces.getInt();
        end += word >>> 8;
        var data = new byte[word & 0xff];
        Arrays.fill(data, (byte) 'd');
        end += channel.write(ByteBuffer.wrap(data), end);
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }
}
