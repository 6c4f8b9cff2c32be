package atoll.format.vhd;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.format.ImageExam;
import atoll.format.MemoryFiles;
import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * VHD files named 0 to 2, opened by the names in them and as a given chain. An input is the lengths
 * of the first two in two bytes each, and the files, spread.
 */
public final class VhdChainFuzz implements FuzzTarget {
  private static final int FILES = 3;
  private static final Path FOLDER = Path.of("/images");

  @Override
  public List<byte[]> seeds() {
    var random = new Random(1);
    byte[] child = SpreadVhd.of(VhdFuzz.differencing().build(random), 0);
    byte[] base = SpreadVhd.of(VhdFuzz.dynamic().build(random), 0);
    byte[] circle =
        SpreadVhd.of(
            VhdFuzz.differencing().id(new UUID(1, 1)).parent(new UUID(2, 2), 0, "0").build(random),
            0);
    byte[] fixed =
        SpreadVhd.of(new VhdBytes(VhdBytes.FIXED, 512, 9).id(new UUID(1, 1)).build(random));
    return List.of(
        input(child, base, new byte[0]),
        input(child, fixed, new byte[0]),
        input(child, circle, fixed),
        input(base, new byte[0], new byte[0]));
  }

  private static byte[] input(byte[]... files) {
    int length = 2 * (FILES - 1) + files[0].length + files[1].length + files[2].length;
    var input = ByteBuffer.allocate(length);
    input.putShort((short) files[0].length).putShort((short) files[1].length);
    return input.put(files[0]).put(files[1]).put(files[2]).array();
  }

  @Override
  public void feed(byte[] input) {
    var bytes = ByteBuffer.wrap(input);
    if (bytes.remaining() < 2 * (FILES - 1)) {
      return;
    }
    var lengths =
        new int[] {
          Short.toUnsignedInt(bytes.getShort()), Short.toUnsignedInt(bytes.getShort()), input.length
        };
    var files = new MemoryFiles(FOLDER);
    for (int i = 0; i < FILES; i++) {
      var file = new byte[Math.min(lengths[i], bytes.remaining())];
      bytes.get(file);
      SpreadVhd.fill(files.create(Integer.toString(i)), file);
    }
    allow(() -> examine(VhdChain.open(files, files.path("0"))));
    List<Path> paths =
        IntStream.range(0, FILES).mapToObj(i -> files.path(Integer.toString(i))).toList();
    allow(() -> examine(VhdChain.ofFiles(files, paths.subList(0, 2))));
    allow(() -> examine(VhdChain.ofFiles(files, paths)));
    files.demandClosed();
  }

  private static void examine(VhdChain opened) throws IOException {
    try (var chain = opened) {
      demand(chain.layers().getLast().type() != VhdType.DIFFERENCING, "nothing beneath the last");
      ImageExam.examine(chain);
    }
  }
}
