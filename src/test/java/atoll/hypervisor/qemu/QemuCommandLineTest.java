package atoll.hypervisor.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.hypervisor.DiskSpec;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.MachineSpec;
import atoll.model.InstanceId;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class QemuCommandLineTest {
  private static final InstanceId ID = new InstanceId(new UUID(1, 2));
  private static final StartedMachine TCG =
      new StartedMachine("pc-i440fx-7.2", Accelerator.TCG, List.of("x", "y"));

  private static LayerFile layer(long id) {
    return new LayerFile(new LayerId(id), Path.of("/v", id + ".qcow2"));
  }

  private static List<String> line(List<DiskSpec> disks, Path root) {
    var spec = new MachineSpec(ID, 512, 2, disks, List.of("x", "y"));
    return QemuCommandLine.of(spec, TCG, new RunDirectory(root, ID));
  }

  private static List<String> line(List<DiskSpec> disks) {
    return line(disks, Path.of("/run/atoll"));
  }

  /** What follows each {@code option}, as JSON where it is. */
  private static List<JsonNode> values(List<String> line, String option) {
    var values = new ArrayList<JsonNode>();
    for (int i = 0; i < line.size(); i += 1) {
      if (line.get(i).equals(option) && line.get(i + 1).startsWith("{")) {
        values.add(Json.MAPPER.readTree(line.get(i + 1)));
      }
    }
    return values;
  }

  @Test
  void everyLayerIsOpenedByAnExplicitNodeOverAnExplicitNode() {
    var disk = new DiskSpec(new VolumeId(new UUID(3, 4)), 0, true, List.of(layer(5), layer(9)));
    List<JsonNode> nodes = values(line(List.of(disk)), "-blockdev");
    assertThat(nodes)
        .extracting(n -> n.path("node-name").asString())
        .containsExactly("layer-5", "layer-9");
    assertThat(nodes)
        .extracting(n -> n.path("driver").asString())
        .containsExactly("qcow2", "qcow2");
    assertThat(nodes)
        .extracting(n -> n.path("file").path("driver").asString())
        .containsExactly("file", "file");
    assertThat(nodes)
        .extracting(n -> n.path("file").path("node-name").asString())
        .containsExactly("file-5", "file-9");
    assertThat(nodes.get(0).path("file").path("filename").asString()).isEqualTo("/v/5.qcow2");
    assertThat(nodes.get(0).path("backing").isNull()).isTrue();
    assertThat(nodes.get(0).path("read-only").asBoolean()).isTrue();
    assertThat(nodes.get(1).path("backing").asString()).isEqualTo("layer-5");
    assertThat(nodes.get(1).path("read-only").asBoolean()).isFalse();
    assertThat(nodes)
        .allSatisfy(n -> {
          assertThat(n.path("discard").asString()).isEqualTo("unmap");
          assertThat(n.path("file").path("discard").asString()).isEqualTo("unmap");
        });
  }

  @Test
  void everyDeviceHasAnAddressOfItsOwn() {
    var disks = new ArrayList<DiskSpec>();
    for (int slot = 0; slot < DiskSpec.SLOTS; slot++) {
      var volume = new VolumeId(new UUID(slot, 1));
      disks.add(new DiskSpec(volume, slot, slot == 2, List.of(layer(slot + 1))));
    }
    List<JsonNode> devices = values(line(disks), "-device");
    List<JsonNode> onBus = devices.stream().filter(d -> d.has("addr")).toList();
    assertThat(onBus).hasSize(DiskSpec.SLOTS + 1);
    assertThat(onBus).extracting(d -> d.path("addr").asString()).doesNotHaveDuplicates();
    assertThat(onBus)
        .last()
        .satisfies(d -> assertThat(d.path("addr").asString()).isEqualTo("0x1d"));
    assertThat(devices)
        .filteredOn(d -> d.has("bootindex"))
        .singleElement()
        .satisfies(d -> assertThat(d.path("serial").asString()).isEqualTo("00000000-0000-0002-0"));
  }

  @Test
  void socketsHaveTheirPlaces() {
    List<String> line = line(List.of(), Path.of("/a,b"));
    String directory = "/a,,b/" + ID + "/";
    assertThat(line)
        .contains("socket,id=qmp,path=" + directory + "qmp,server=on,wait=off")
        .contains("socket,id=c1,path=" + directory + "c1,server=on,wait=off")
        .containsSequence("-machine", "pc-i440fx-7.2", "-accel", "tcg", "-cpu", "qemu64")
        .containsSequence("-uuid", ID.toString())
        .containsSequence("-pidfile", "/a,b/" + ID + "/pid");
    assertThat(values(line, "-device"))
        .extracting(d -> d.path("name").asString(""))
        .containsSequence("org.qemu.guest_agent.0", "x", "y");
  }

  @Test
  void newestMachineTypeIsByNumber() {
    String help =
        """
        pc                   Standard PC (i440FX + PIIX, 1996) (alias of pc-i440fx-7.10)
        pc-i440fx-7.9        Standard PC (i440FX + PIIX, 1996)
        pc-i440fx-7.10       Standard PC (i440FX + PIIX, 1996) (default)
        pc-i440fx-2.0        Standard PC (i440FX + PIIX, 1996)
        pc-q35-8.0           Standard PC (Q35 + ICH9, 2009)
        """;
    assertThat(MachineTypes.newest(help)).contains("pc-i440fx-7.10");
    assertThat(MachineTypes.newest("none")).isEmpty();
  }
}
