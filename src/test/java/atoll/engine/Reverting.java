package atoll.engine;

import atoll.model.Backup;
import atoll.model.SnapshotId;
import atoll.model.VolumeId;

/** Gives a volume the content of a snapshot of its own, or of a backup of another's. */
record Reverting(Engine engine, VolumeId volume, SnapshotId to) {
  void run() {
    if (engine.snapshots().get(to).volume().equals(volume)) {
      engine.reverts().revert(volume, to);
    } else {
      restore();
    }
  }

  private void restore() {
    var spec = new Backups.Spec(TestSite.OWNER, "b", "", false);
    Backup backup = engine.backups().createFromSnapshot(to, spec);
    try {
      engine.reverts().restore(volume, backup.id());
    } finally {
      engine.backups().delete(backup.id());
    }
  }
}
