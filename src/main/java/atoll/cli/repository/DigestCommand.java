package atoll.cli.repository;

import atoll.format.BlockImage;
import atoll.repository.ContentDigest;
import atoll.repository.RepositorySettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code atoll digest}. */
@Command(
    name = "digest",
    description = {
      "Computes the content digest of an image: a snapshot with the same content has the same.",
      "Needs no key and no repository."
    })
public final class DigestCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "A raw or qcow2 file, or a device.")
  private Path image = Path.of("");

  @Mixin private ImageFileOptions images = new ImageFileOptions();

  /** The command. */
  public DigestCommand() {}

  @Override
  public Integer call() throws IOException {
    if (spec == null) {
      throw new IllegalStateException("not run from a command line");
    }
    try (BlockImage content = images.open(image)) {
      spec.commandLine()
          .getOut()
          .println(ContentDigest.of(content, RepositorySettings.DEFAULT.chunkSizeBytes()));
    }
    return 0;
  }
}
