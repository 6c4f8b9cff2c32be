package atoll.engine;

import atoll.hypervisor.Hypervisor;
import atoll.hypervisor.LayerFile;
import atoll.hypervisor.Machine;
import atoll.hypervisor.MachineSpec;
import atoll.hypervisor.OfflineChain;
import atoll.model.InstanceId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A host that has no QEMU: for what needs no machine. */
final class NoMachines implements Hypervisor {
  @Override
  public String name() {
    return "nothing";
  }

  @Override
  public Machine start(MachineSpec spec) throws IOException {
    throw new IOException("this host starts no machines");
  }

  @Override
  public Optional<Machine> find(InstanceId id) {
    return Optional.empty();
  }

  @Override
  public List<InstanceId> running() {
    return List.of();
  }

  @Override
  public List<InstanceId> kept() {
    return List.of();
  }

  @Override
  public void forget(InstanceId id) {}

  @Override
  public OfflineChain openOffline(List<LayerFile> chain) throws IOException {
    throw new IOException("this host has no storage daemon");
  }

  @Override
  public void close() {}
}
