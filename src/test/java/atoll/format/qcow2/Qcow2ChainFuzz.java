package atoll.format.qcow2;

import static atoll.format.ImageExam.allow;

import atoll.format.ImageExam;
import atoll.format.MemoryFiles;
import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A chain of files named 0 to 3, the first of which is opened. An input is the lengths of the first
 * three in two bytes each, and the files, spread.
 */
public final class Qcow2ChainFuzz implements FuzzTarget {
  private static final int FILES = 4;

  private static final Path FOLDER = Path.of("/images");

  @Override
  public List<byte[]> seeds() {
    byte[] top = SpreadImage.of(ImageBytes.standard(3).backingFormat("qcow2").backingFile("1"));
    byte[] middle = SpreadImage.of(ImageBytes.extended().backingFormat("raw").backingFile("3"));
    byte[] snapshots = SpreadImage.of(ImageBytes.withInternalSnapshots());
    byte[] shorter = SpreadImage.of(ImageBytes.compressed(3, CompressionType.ZSTD));
    var raw = new byte[700];
    Arrays.fill(raw, (byte) 'r');
    return List.of(
        input(top, snapshots, new byte[0], raw),
        input(top, shorter, new byte[0], raw),
        input(top, middle, new byte[0], raw),
        input(top, top, new byte[0], raw));
  }

  private static byte[] input(byte[]... files) {
    int length = 2 * (FILES - 1) + Arrays.stream(files).mapToInt(file -> file.length).sum();
    var input = ByteBuffer.allocate(length);
    for (int i = 0; i < FILES - 1; i++) {
      input.putShort((short) files[i].length);
    }
    for (byte[] file : files) {
      input.put(file);
    }
    return input.array();
  }

  @Override
  public void feed(byte[] input) throws IOException {
    var bytes = ByteBuffer.wrap(input);
    var files = new MemoryFiles(FOLDER);
    List<Integer> lengths = new ArrayList<>();
    for (int i = 0; i < FILES - 1; i++) {
      lengths.add(bytes.remaining() < 2 ? 0 : Short.toUnsignedInt(bytes.getShort()));
    }
    for (int i = 0; i < FILES; i++) {
      int length = i < FILES - 1 ? lengths.get(i) : bytes.remaining();
      var file = new byte[Math.min(length, bytes.remaining())];
      bytes.get(file);
      SpreadImage.fill(files.create(Integer.toString(i)), file);
    }
    Path top = files.path("0");
    allow(() -> {
      try (var chain = Qcow2Chain.open(files, top, FOLDER)) {
        ImageExam.examine(chain);
      }
    });
    allow(() -> {
      try (var chain = Qcow2Chain.openAt(files, top, "1", FOLDER)) {
        ImageExam.examine(chain);
      }
    });
    files.demandClosed();
  }
}
