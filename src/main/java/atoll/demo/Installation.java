package atoll.demo;

import atoll.engine.Engine;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;

/** Atoll as it lies in one folder, opened. */
public interface Installation extends AutoCloseable {
  Engine engine();

  /** The file of a layer: for checks with other tools. */
  Path layerFile(VolumeId volume, LayerId layer);

  /** Where the layers of volumes lie. */
  Path volumesFolder();

  /** What machines run on, and how: one line. */
  String hypervisorName() throws IOException;

  @Override
  void close() throws IOException;

  /** Opens installations. */
  @FunctionalInterface
  interface Opener {
    /** Opens the installation in {@code data}, which is made if it is not there. */
    Installation open(Path data) throws IOException;
  }
}
