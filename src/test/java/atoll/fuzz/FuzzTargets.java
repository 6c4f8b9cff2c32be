package atoll.fuzz;

import atoll.format.RawFuzz;
import atoll.format.qcow2.Qcow2ChainFuzz;
import atoll.format.qcow2.Qcow2Fuzz;
import atoll.format.vhd.VhdChainFuzz;
import atoll.format.vhd.VhdFuzz;
import atoll.format.vhd.XenBundleFuzz;
import atoll.hypervisor.qemu.BlockStatsFuzz;
import atoll.hypervisor.qemu.GuestAgentFuzz;
import atoll.hypervisor.qemu.KeptGuestFuzz;
import atoll.hypervisor.qemu.QmpFuzz;
import atoll.hypervisor.qemu.QmpSocketFuzz;
import atoll.hypervisor.qemu.StartedMachineFuzz;
import atoll.nbd.NbdFuzz;
import atoll.repository.ChunkTableFuzz;
import atoll.repository.KeyFileFuzz;
import atoll.repository.ObjectFuzz;
import atoll.repository.RecordFuzz;
import com.google.errorprone.annotations.Immutable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** All targets, by the names that their corpora have, too. */
enum FuzzTargets {
  QCOW2(
      "qcow2",
      "one qcow2 file: header, tables, clusters, snapshots, bitmaps",
      _ -> new Qcow2Fuzz()),
  CHAIN("chain", "qcow2 files over one another and over a raw one", _ -> new Qcow2ChainFuzz()),
  RAW("raw", "raw files of any size and with any holes", _ -> new RawFuzz()),
  VHD("vhd", "one VHD file: footers, header, block table, bitmaps", _ -> new VhdFuzz()),
  VHD_CHAIN("vhd-chain", "VHD files over one another", _ -> new VhdChainFuzz()),
  BUNDLE("bundle", "a XenServer bundle: tar, gzip, and the VHD files in it", XenBundleFuzz::new),
  RECORD(
      "record",
      "what is behind the repository's encryption, decoder by decoder",
      _ -> new RecordFuzz()),
  OBJECT("object", "a repository of which one object or one record is anything", ObjectFuzz::new),
  INDEX("index", "the table of the chunk index", _ -> new ChunkTableFuzz()),
  KEY_FILE("key-file", "the file with a repository's key", _ -> new KeyFileFuzz()),
  NBD("nbd", "what an NBD client says: handshake and requests", _ -> new NbdFuzz()),
  QMP("qmp", "whatever comes over QEMU's control connection", _ -> new QmpFuzz()),
  BLOCK_STATS(
      "block-stats", "QEMU's answer about its disks and their chains", _ -> new BlockStatsFuzz()),
  GUEST_AGENT("guest-agent", "whatever comes from the agent in a guest", _ -> new GuestAgentFuzz()),
  FREEZE_KEEPER("freeze-keeper", "the words of who keeps a guest frozen", _ -> new KeptGuestFuzz()),
  MACHINE_FILE("machine-file", "what is kept of a machine", _ -> new StartedMachineFuzz()),
  QMP_SOCKET("qmp-socket", "the control connection with socket and threads", QmpSocketFuzz::new);

  /** Makes a target that may make a folder for itself, and removes that when it is closed. */
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

  /**
   * How many executions this target takes where each parser takes so many: a hundredth if it is no
   * parser, but what several of them and threads do together, which takes a hundred times as long.
   */
  long share(long executions) {
    return this == OBJECT || this == QMP_SOCKET ? Math.ceilDiv(executions, 100) : executions;
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
