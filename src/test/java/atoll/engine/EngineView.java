package atoll.engine;

import atoll.model.Attachment;
import atoll.model.Backup;
import atoll.model.BackupFilter;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.Page;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import java.io.IOException;
import java.util.List;

/** What an engine says of its volumes and instances, as a tester asks. */
record EngineView(Engine engine) {
  List<VolumeId> volumes(VolumeStatus status) {
    return engine.volumes().list().stream()
        .filter(volume -> volume.status() == status)
        .map(Volume::id)
        .toList();
  }

  List<InstanceId> instances(InstanceStatus status) {
    return engine.instances().list().stream()
        .filter(instance -> instance.status() == status)
        .map(Instance::id)
        .toList();
  }

  List<Backup> backups() {
    var all = new Page<BackupFilter.Key>(List.of(), null, 0, Integer.MAX_VALUE);
    return engine.backups().list(new BackupFilter(null, null, null, null, null), all);
  }

  /** A volume does not wait for its content. */
  boolean made(VolumeId volume) {
    VolumeStatus status = engine.volumes().get(volume).status();
    return status != VolumeStatus.CREATING && !status.isReplacing();
  }

  boolean settled(VolumeId volume) {
    return engine.volumes().get(volume).status() == VolumeStatus.IN_USE;
  }

  List<VolumeId> disksOf(InstanceId instance) {
    return engine.instances().attachments(instance).stream()
        .map(Attachment::volume)
        .filter(this::settled)
        .toList();
  }

  boolean connected(InstanceId instance, String channel) {
    try {
      return engine.instances().channel(instance, channel) != null;
    } catch (IOException e) {
      return engine.instances().get(instance).status() != InstanceStatus.RUNNING;
    }
  }

  boolean inTransition() {
    return engine.volumes().list().stream()
            .map(Volume::status)
            .anyMatch(s -> s == VolumeStatus.ATTACHING || s == VolumeStatus.DETACHING)
        || engine.instances().list().stream()
            .map(Instance::status)
            .anyMatch(s -> s == InstanceStatus.STARTING || s == InstanceStatus.STOPPING);
  }
}
