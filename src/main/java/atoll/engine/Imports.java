package atoll.engine;

import atoll.db.Database;
import atoll.format.BlockImage;
import atoll.format.CorruptImageException;
import atoll.format.ImageFormat;
import atoll.format.RawImage;
import atoll.format.qcow2.Qcow2Chain;
import atoll.format.vhd.VhdChain;
import atoll.model.MessageKind;
import atoll.model.Task;
import atoll.model.TaskKind;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies disk images into new volumes. What is wrong with an image stays wrong: it is not tried
 * again.
 */
final class Imports implements TaskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Imports.class);

  private final Database database;
  private final Layers layers;
  private final Fillings fillings;
  private final InstantSource clock;
  private final Steps steps;

  Imports(EngineParts parts, Fillings fillings) {
    this.database = parts.database();
    this.layers = parts.layers();
    this.fillings = fillings;
    this.clock = parts.clock();
    this.steps = parts.steps();
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress) throws IOException {
    var id = new VolumeId(task.subject());
    VolumeFacts facts = database.read(tx -> VolumeFacts.read(tx, id));
    if (facts.volume().status() != VolumeStatus.CREATING) {
      return DONE;
    }
    layers.removeHalfFilled(id, null);
    if (facts.chain().isEmpty()) {
      try {
        copy(facts.volume(), task.argument(), progress);
      } catch (IOException | RefusedException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LOG.warn("volume {}: import failed: {}", id, e.getMessage());
        Instant failedAt = clock.instant();
        database.change(tx -> {
          tx.volumes().fail(id, String.valueOf(e.getMessage()), failedAt);
          Messages.aboutVolume(tx, MessageKind.IMPORT_FAILED, facts.volume(), failedAt);
        });
        return DONE;
      }
    }
    Instant now = clock.instant();
    database.change(tx -> {
      tx.volumes().move(id, EnumSet.of(VolumeStatus.CREATING), VolumeStatus.AVAILABLE, now);
      tx.tasks().queue(TaskKind.TEND, id.value(), now);
    });
    steps.passed(Step.IMPORT_RECORDED);
    return DONE;
  }

  private static BlockImage open(Path file, ImageFormat format) throws IOException {
    return switch (format) {
      case RAW -> RawImage.open(file);
      case QCOW2 -> Qcow2Chain.open(file, file.resolveSibling("."));
      case VHD -> openVhd(file);
    };
  }

  private static BlockImage openVhd(Path file) throws IOException {
    VhdChain chain = VhdChain.open(file);
    for (String warning : chain.warnings()) {
      LOG.warn("{}", warning);
    }
    return chain;
  }

  private void copy(Volume volume, String argument, Consumer<Progress> progress)
      throws IOException {
    int space = argument.indexOf(' ');
    ImageFormat format = ImageFormat.valueOf(argument.substring(0, space));
    Path file = Path.of(argument.substring(space + 1));
    try (BlockImage image = open(file, format)) {
      if (image.sizeBytes() > volume.sizeBytes()) {
        throw new CorruptImageException(
            file,
            "size",
            "is %d bytes, more than the volume's %d"
                .formatted(image.sizeBytes(), volume.sizeBytes()));
      }
      fillings.fromImage(volume, image, Progress.bytesTo(progress));
    }
  }
}
