package atoll.fuzz;

import atoll.format.RawFuzz;
import atoll.format.qcow2.Qcow2ChainFuzz;
import atoll.format.qcow2.Qcow2Fuzz;
import atoll.hypervisor.qemu.GuestAgentFuzz;
import atoll.hypervisor.qemu.KeptGuestFuzz;
import atoll.hypervisor.qemu.MachineChainsFuzz;
import atoll.hypervisor.qemu.QmpFuzz;
import atoll.repository.KeyFileFuzz;
import atoll.repository.ObjectFuzz;
import atoll.repository.RecordFuzz;
import com.google.errorprone.annotations.Immutable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** All targets, by the names that their corpora have, too. */
enum FuzzTargets {
  QCOW2("qcow2", "one qcow2 file: header, tables, clusters, snapshots, bitmaps", Qcow2Fuzz::new),
  CHAIN("chain", "qcow2 files over one another and over a raw one", Qcow2ChainFuzz::new),
  RAW("raw", "raw files of any size and with any holes", RawFuzz::new),
  RECORD(
      "record", "what is behind the repository's encryption, decoder by decoder", RecordFuzz::new),
  OBJECT("object", "a repository of which one object or one record is anything", ObjectFuzz::new),
  KEY_FILE("key-file", "the file with a repository's key", KeyFileFuzz::new),
  QMP("qmp", "whatever comes over QEMU's control connection", QmpFuzz::new),
  BLOCK_STATS(
      "block-stats", "QEMU's answer about its disks and their chains", MachineChainsFuzz::new),
  GUEST_AGENT("guest-agent", "whatever comes from the agent in a guest", GuestAgentFuzz::new),
  FREEZE_KEEPER("freeze-keeper", "the words of who keeps a guest frozen", KeptGuestFuzz::new);

  /** Makes a target that may keep files in a folder of its own. */
  @Immutable
  @FunctionalInterface
  interface Maker {
    FuzzTarget make(Path folder) throws IOException;
  }

  private final String word;
  private final String what;
  private final Maker maker;

  FuzzTargets(String word, String what, Maker maker) {
    this.word = word;
    this.what = what;
    this.maker = maker;
  }

  /** The name it is called by. */
  String word() {
    return word;
  }

  /** What is fed, in a few words. */
  String what() {
    return what;
  }

  FuzzTarget make(Path folder) throws IOException {
    return maker.make(folder);
  }

  /** The inputs that are kept with the sources. */
  Path corpus() {
    return Path.of("src/test/resources/fuzz", word);
  }

  /**
   * The target of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static FuzzTargets of(String word) {
    for (FuzzTargets target : values()) {
      if (target.word.equals(word)) {
        return target;
      }
    }
    throw new IllegalArgumentException("no target '" + word + "'; there are " + List.of(values()));
  }

  @Override
  public String toString() {
    return word;
  }
}
