package atoll.engine;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.format.BlockImage;
import atoll.hypervisor.qemu.IdleGuests;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Layer;
import atoll.model.LayerId;
import atoll.model.LayerStatus;
import atoll.model.PointId;
import atoll.model.Snapshot;
import atoll.model.SnapshotState;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.repository.SnapshotManifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares all that an idle engine has with what the {@link Model} says. */
final class ModelCheck {
  private final TestSite site;
  private final Engine engine;
  private final Model model;
  private final IdleGuests guests;

  ModelCheck(TestSite site, Model model, IdleGuests guests) {
    this.site = site;
    this.engine = site.engine;
    this.model = model;
    this.guests = guests;
  }

  void all() throws IOException {
    assertThat(engine.volumes().list())
        .extracting(Volume::id)
        .containsExactlyInAnyOrderElementsOf(model.volumes.keySet());
    for (Volume volume : engine.volumes().list()) {
      checkLayers(volume);
      checkContent(volume);
    }
    assertThat(engine.snapshots().list())
        .extracting(Snapshot::id)
        .containsExactlyInAnyOrderElementsOf(model.snapshots.keySet());
    for (Snapshot snapshot : engine.snapshots().list()) {
      checkContent(snapshot);
    }
    checkFolders();
    checkManifests();
  }

  void nothingLeft() throws IOException {
    all();
    assertThat(site.repository.list().manifests()).isEmpty();
    try (var folders = Files.list(site.folder.resolve("volumes"))) {
      assertThat(folders).isEmpty();
    }
  }

  private void checkLayers(Volume volume) throws IOException {
    assertThat(volume.status())
        .as("status of %s", volume)
        .isIn(VolumeStatus.AVAILABLE, VolumeStatus.IN_USE);
    List<Layer> rows = site.database.read(tx -> tx.layers().of(volume.id()));
    List<Layer> linked = engine.volumes().layers(volume.id());
    assertThat(linked).as("chain").hasSizeLessThanOrEqualTo(Merge.LAYERS_AT_REST + 1);
    assertThat(rows)
        .as("layers of %s", volume)
        .extracting(Layer::status)
        .isSubsetOf(LayerStatus.LINKED, LayerStatus.STANDBY);
    var needed = linked.stream().map(Layer::id).collect(Collectors.toSet());
    var known = rows.stream().map(Layer::id).collect(Collectors.toSet());
    Set<LayerId> there = site.island.list(volume.id());
    assertThat(there).as("files of %s", volume).containsAll(needed).isSubsetOf(known);
  }

  private void checkContent(Volume volume) throws IOException {
    byte[] expected = model.content(volume.id());
    assertThat(volume.sizeBytes()).isEqualTo(expected.length);
    InstanceId machine = machineOf(volume.id());
    if (machine != null) {
      checkThrough(machine, volume.id(), expected);
      return;
    }
    List<LayerId> chain = engine.volumes().layers(volume.id()).stream().map(Layer::id).toList();
    PointId base = volume.basePoint();
    if (!chain.isEmpty()) {
      try (BlockImage image = site.island.open(volume.id(), chain, chain.size())) {
        assertSame(image, expected, "volume " + volume.id() + " in layers " + chain);
      }
    } else if (base != null) {
      try (BlockImage image = site.repository.open(base.value())) {
        assertSame(image, expected, "volume " + volume.id() + " in point " + base);
      }
    } else {
      assertThat(expected).as("volume %s, nowhere", volume.id()).containsOnly(0);
    }
  }

  private @Nullable InstanceId machineOf(VolumeId volume) {
    return engine.instances().list().stream()
        .filter(instance -> instance.status() == InstanceStatus.RUNNING)
        .map(instance -> instance.id())
        .filter(id ->
            engine.instances().attachments(id).stream()
                .anyMatch(attachment -> attachment.volume().equals(volume)))
        .findFirst()
        .orElse(null);
  }

  private void checkThrough(InstanceId machine, VolumeId volume, byte[] expected)
      throws IOException {
    for (Model.Run run : Model.runs(expected)) {
      String command = "read -P %d %d %d".formatted(run.value(), run.from(), run.length());
      assertThat(guests.io(machine, volume, command))
          .as("%s of volume %s in its machine", command, volume)
          .contains("read ")
          .doesNotContain("failed");
    }
    assertThat(guests.io(machine, volume, "read %d 512".formatted(expected.length)))
        .as("beyond the end of %s", volume)
        .contains("failed");
  }

  private void checkContent(Snapshot snapshot) throws IOException {
    assertThat(snapshot.state()).isInstanceOf(SnapshotState.BackedUp.class);
    List<byte[]> expected = model.snapshots.getOrDefault(snapshot.id(), List.of());
    try (BlockImage image = site.repository.open(snapshot.point().value())) {
      byte[] content = content(image, (int) snapshot.volumeSizeBytes());
      if (expected.stream().noneMatch(each -> Arrays.equals(each, content))) {
        assertSame(image, expected.getFirst(), "snapshot " + snapshot.id());
      }
    }
  }

  /** Content as a volume of some size has it: an image may be shorter. */
  private static byte[] content(BlockImage image, int sizeBytes) throws IOException {
    assertThat(image.sizeBytes()).isLessThanOrEqualTo(sizeBytes);
    var bytes = ByteBuffer.allocate((int) image.sizeBytes());
    image.read(0, bytes);
    return Arrays.copyOf(bytes.array(), sizeBytes);
  }

  private static void assertSame(BlockImage image, byte[] expected, String what)
      throws IOException {
    byte[] content = content(image, expected.length);
    int first = Arrays.mismatch(expected, content);
    if (first >= 0) {
      assertThat(Model.runs(content).toString())
          .as("%s differs from byte %d on, of %d", what, first, expected.length)
          .isEqualTo(Model.runs(expected).toString());
    }
  }

  private void checkFolders() throws IOException {
    try (var folders = Files.list(site.folder.resolve("volumes"))) {
      assertThat(folders.map(folder -> folder.getFileName().toString()))
          .as("folders of volumes")
          .isSubsetOf(model.volumes.keySet().stream().map(VolumeId::toString).toList());
    }
  }

  private void checkManifests() throws IOException {
    var wanted = new HashSet<UUID>();
    engine.snapshots().list().forEach(snapshot -> wanted.add(snapshot.point().value()));
    new EngineView(engine).backups().forEach(backup -> wanted.add(backup.point().value()));
    for (Volume volume : engine.volumes().list()) {
      PointId base = volume.basePoint();
      if (base != null) {
        wanted.add(base.value());
      }
    }
    assertThat(site.repository.list().unreadable()).isEqualTo(Map.of());
    assertThat(site.repository.list().manifests())
        .as("manifests")
        .extracting(SnapshotManifest::id)
        .containsExactlyInAnyOrderElementsOf(wanted);
  }
}
