package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.format.ImageFormat;
import atoll.format.RawImage;
import atoll.format.qcow2.Qcow2Chain;
import atoll.format.vhd.VhdChain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An image to be read, in a format that is said or that its file's name tells. */
final class ImageFileOptions {
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "raw, qcow2 or vhd. Default: as the name ends; raw if that says nothing."
              + " Never guessed from the content, which may be a guest's.")
  private @Nullable ImageFormat format;

  /** The format of a file of a name. */
  ImageFormat formatOf(Path file) {
    return format == null ? byName(file) : format;
  }

  private static ImageFormat byName(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".qcow2")) {
      return ImageFormat.QCOW2;
    }
    return name.endsWith(".vhd") ? ImageFormat.VHD : ImageFormat.RAW;
  }

  /** Opens an image; what a qcow2 image lies on must lie in its folder or below. */
  BlockImage open(Path file) throws IOException {
    return switch (formatOf(file)) {
      case RAW -> RawImage.open(file);
      case QCOW2 -> {
        Path real = file.toRealPath();
        Path folder = real.getParent();
        yield Qcow2Chain.open(real, folder == null ? real : folder);
      }
      case VHD -> VhdChain.open(file);
    };
  }
}
