package atoll.hypervisor;

import atoll.model.InstanceId;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Machines that have disks and no guest: what they have open is kept in memory, and nothing is ever
 * written to it. They know no block jobs.
 */
public final class MemoryHypervisor implements Hypervisor {
  private final Map<InstanceId, MemoryMachine> machines = new ConcurrentHashMap<>();
  private final Set<InstanceId> kept = ConcurrentHashMap.newKeySet();
  private volatile Agent agent =
      () -> {
        throw new IOException("there is no agent");
      };

  /** What answers for the agents in all guests. */
  public interface Agent {
    FrozenGuest freeze() throws IOException;
  }

  /** From now on this answers for the agents in guests, which have none before. */
  public void agent(Agent answers) {
    agent = answers;
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Machine start(MachineSpec spec) throws IOException {
    var machine = new MemoryMachine(spec.id());
    for (DiskSpec disk : spec.disks()) {
      machine.attach(disk);
    }
    kept.add(spec.id());
    machines.put(spec.id(), machine);
    return machine;
  }

  @Override
  public Optional<Machine> find(InstanceId id) {
    return Optional.ofNullable(machines.get(id));
  }

  @Override
  public List<InstanceId> running() {
    return List.copyOf(machines.keySet());
  }

  @Override
  public List<InstanceId> kept() {
    return List.copyOf(kept);
  }

  @Override
  public void forget(InstanceId id) throws IOException {
    if (machines.containsKey(id)) {
      throw new IOException("machine " + id + " runs");
    }
    kept.remove(id);
  }

  /** The layers a machine has open. */
  public Set<LayerId> open(InstanceId id) throws IOException {
    return machine(id).open();
  }

  /** The guest lets go of a disk that it was asked for before, and of others when asked. */
  public void letGo(InstanceId id, VolumeId volume) throws IOException {
    machine(id).holding = false;
    machine(id).unplug(volume);
    machine(id).tell(new MachineEvent.DiskUnplugged(volume));
  }

  /** Guests keep hold of their disks when they are asked for them. */
  public void hold(InstanceId id) throws IOException {
    machine(id).holding = true;
  }

  /** The CPUs come to have a status; a disk that failed is told of. */
  public void become(InstanceId id, MachineStatus status) throws IOException {
    machine(id).status = status;
    if (status instanceof MachineStatus.IoError) {
      machine(id).tell(new MachineEvent.DiskFailed("disk", true));
    }
  }

  /** What the CPUs do. */
  public MachineStatus status(InstanceId id) {
    MemoryMachine machine = machines.get(id);
    return machine == null ? new MachineStatus.Paused("ended") : machine.status;
  }

  private MemoryMachine machine(InstanceId id) throws IOException {
    MemoryMachine machine = machines.get(id);
    if (machine == null) {
      throw new MachineGoneException(id, "it does not run");
    }
    return machine;
  }

  @Override
  public OfflineChain openOffline(List<LayerFile> chain) throws IOException {
    throw new IOException("memory has no storage daemon");
  }

  @Override
  public void close() {}

  private final class MemoryMachine implements Machine, BlockNodes {
    private final InstanceId id;
    private final Map<VolumeId, List<LayerId>> chains = new HashMap<>();
    private final Set<LayerId> open = new HashSet<>();
    private final List<MachineListener> listeners = new CopyOnWriteArrayList<>();
    volatile boolean holding;
    volatile MachineStatus status = new MachineStatus.Running();

    MemoryMachine(InstanceId id) {
      this.id = id;
    }

    void tell(MachineEvent event) {
      listeners.forEach(listener -> listener.happened(event));
    }

    @Override
    public InstanceId id() {
      return id;
    }

    @Override
    public MachineStatus status() throws MachineGoneException {
      if (!machines.containsKey(id)) {
        throw new MachineGoneException(id, "it does not run");
      }
      return status;
    }

    @Override
    public void resume() {
      status = new MachineStatus.Running();
    }

    @Override
    public void shutDown(Duration grace) throws IOException {
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new java.io.InterruptedIOException("interrupted before " + id + " was shut down");
      }
      kill();
    }

    @Override
    public void kill() {
      machines.remove(id);
      tell(new MachineEvent.Ended());
    }

    @Override
    public BlockNodes nodes() {
      return this;
    }

    @Override
    public synchronized void attach(DiskSpec disk) throws IOException {
      for (LayerFile layer : disk.chain()) {
        open(layer);
      }
      chains.put(disk.volume(), new ArrayList<>(disk.chain().stream().map(LayerFile::id).toList()));
    }

    @Override
    public synchronized void detach(VolumeId volume, Duration patience) throws IOException {
      if (holding) {
        throw new IOException("the guest does not let go of " + volume);
      }
      open.removeAll(chains.getOrDefault(volume, List.of()));
      chains.remove(volume);
    }

    synchronized void unplug(VolumeId volume) {
      chains.remove(volume);
    }

    @Override
    public FrozenGuest freezeGuest(Duration limit) throws IOException {
      return agent.freeze();
    }

    @Override
    public Path channel(String name) {
      return Path.of(name);
    }

    @Override
    public void listen(MachineListener listener) {
      listeners.add(listener);
    }

    @Override
    public void close() {}

    @Override
    public synchronized void open(LayerFile overlay) throws IOException {
      if (!open.add(overlay.id())) {
        throw new IOException("layer " + overlay.id() + " is open");
      }
    }

    @Override
    public synchronized void close(LayerId layer) throws IOException {
      if (chains.values().stream().anyMatch(chain -> chain.contains(layer))) {
        throw new IOException("layer " + layer + " is in use");
      }
      open.remove(layer);
    }

    @Override
    public synchronized Set<LayerId> open() {
      return Set.copyOf(open);
    }

    @Override
    public synchronized Set<VolumeId> disks() {
      return Set.copyOf(chains.keySet());
    }

    @Override
    public synchronized LayerId top(VolumeId volume) throws IOException {
      List<LayerId> chain = chains.get(volume);
      if (chain == null) {
        throw new IOException("volume " + volume + " is no disk");
      }
      return chain.getLast();
    }

    @Override
    public synchronized void switchTo(List<LayerSwitch> switches) throws IOException {
      for (LayerSwitch each : switches) {
        chain(each.top()).add(each.overlay());
      }
    }

    private List<LayerId> chain(LayerId top) throws IOException {
      return chains.values().stream()
          .filter(chain -> chain.getLast().equals(top))
          .findFirst()
          .orElseThrow(() -> new IOException("layer " + top + " is no top"));
    }

    @Override
    public BlockJob pull(LayerFile upper, LayerFile base) throws IOException {
      throw new IOException("memory knows no jobs");
    }

    @Override
    public BlockJob commit(LayerFile top, LayerFile upper, LayerFile base) throws IOException {
      throw new IOException("memory knows no jobs");
    }

    @Override
    public void flush(LayerId frozen) {}

    @Override
    public synchronized void resize(LayerId top, long sizeBytes) throws IOException {
      List<LayerId> _ = chain(top);
    }
  }
}
