package atoll.hypervisor;

import atoll.model.InstanceId;
import atoll.model.LayerId;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A hypervisor that fails, loses answers, or loses its machines' connections, on command.
 *
 * <p>Each call, to it or to a machine, chain or job of its, is shown to a {@link Plan}, which says
 * what becomes of it; a plan that wants to watch or to wait may do so. A machine that has lost its
 * connection runs on, and all that is asked of it fails until it is found again.
 */
public final class FaultyHypervisor implements Hypervisor {
  /** What is asked of a hypervisor, its machines, their block nodes and jobs. */
  public enum Operation {
    START,
    FIND,
    RUNNING,
    KEPT,
    FORGET,
    OPEN_OFFLINE,
    CLOSE_OFFLINE,
    STATUS,
    RESUME,
    SHUT_DOWN,
    KILL,
    ATTACH,
    DETACH,
    FREEZE_GUEST,
    OPEN,
    CLOSE,
    LIST_OPEN,
    DISKS,
    TOP,
    SWITCH_TO,
    PULL,
    COMMIT,
    FLUSH,
    RESIZE,
    AWAIT_JOB,
    CANCEL_JOB
  }

  /** What becomes of a call. */
  public enum Fate {
    /** It goes through. */
    PASS,
    /** It fails and nothing is done. */
    FAIL,
    /** It is done, and its caller gets an error. */
    LOSE_ANSWER,
    /** It is done, and the connection to its machine is lost before the answer. */
    DISCONNECT
  }

  /** Decides about calls; asked from many threads. */
  @FunctionalInterface
  public interface Plan {
    Fate fateOf(Operation operation) throws IOException;
  }

  /** Something that is done unless its fate is another. */
  private interface Work<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /** As {@link Work}, where there is nothing to return. */
  private interface Deed {
    void run() throws IOException;
  }

  private final Hypervisor hypervisor;
  private volatile Plan plan = _ -> Fate.PASS;

  /** Wraps {@code hypervisor}, which is closed with this one. */
  public FaultyHypervisor(Hypervisor hypervisor) {
    this.hypervisor = hypervisor;
  }

  /** From now on {@code newPlan} decides. */
  public void follow(Plan newPlan) {
    plan = newPlan;
  }

  /** Gives {@code fate} to the next call of {@code operation}; everything else passes. */
  public void next(Operation operation, Fate fate) {
    var done = new AtomicBoolean();
    follow(asked -> asked == operation && done.compareAndSet(false, true) ? fate : Fate.PASS);
  }

  private <T extends @Nullable Object> T run(
      Operation operation, @Nullable FaultyMachine machine, Work<T> work) throws IOException {
    if (machine != null) {
      machine.requireConnected();
    }
    Fate fate = plan.fateOf(operation);
    if (fate == Fate.FAIL) {
      throw new IOException("fault: " + fate + " " + operation);
    }
    T result = work.run();
    if (fate == Fate.DISCONNECT && machine != null) {
      machine.disconnect();
      machine.requireConnected();
    }
    if (fate != Fate.PASS) {
      throw new IOException("fault: " + fate + " " + operation);
    }
    return result;
  }

  private void run(Operation operation, @Nullable FaultyMachine machine, Deed deed)
      throws IOException {
    Object _ =
        run(
            operation,
            machine,
            () -> {
              deed.run();
              return this;
            });
  }

  @Override
  public String name() throws IOException {
    return "faulty " + hypervisor.name();
  }

  @Override
  public Machine start(MachineSpec spec) throws IOException {
    return run(Operation.START, null, () -> new FaultyMachine(hypervisor.start(spec)));
  }

  @Override
  public Optional<Machine> find(InstanceId id) throws IOException {
    return run(Operation.FIND, null, () -> hypervisor.find(id).map(FaultyMachine::new));
  }

  @Override
  public List<InstanceId> running() throws IOException {
    return run(Operation.RUNNING, null, hypervisor::running);
  }

  @Override
  public List<InstanceId> kept() throws IOException {
    return run(Operation.KEPT, null, hypervisor::kept);
  }

  @Override
  public void forget(InstanceId id) throws IOException {
    run(Operation.FORGET, null, () -> hypervisor.forget(id));
  }

  @Override
  public OfflineChain openOffline(List<LayerFile> chain) throws IOException {
    return run(Operation.OPEN_OFFLINE, null, () -> new FaultyChain(hypervisor.openOffline(chain)));
  }

  @Override
  public void close() {
    hypervisor.close();
  }

  private final class FaultyMachine implements Machine {
    private final Machine machine;
    private final FaultyNodes nodes;
    private final List<MachineListener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean gone;

    FaultyMachine(Machine machine) {
      this.machine = machine;
      this.nodes = new FaultyNodes(machine.nodes(), this);
    }

    void requireConnected() throws MachineGoneException {
      if (gone) {
        throw new MachineGoneException(id(), "fault: " + Fate.DISCONNECT);
      }
    }

    void disconnect() {
      gone = true;
      listeners.forEach(listener -> listener.happened(new MachineEvent.Ended()));
    }

    @Override
    public InstanceId id() {
      return machine.id();
    }

    @Override
    public MachineStatus status() throws IOException {
      return run(Operation.STATUS, this, machine::status);
    }

    @Override
    public void resume() throws IOException {
      run(Operation.RESUME, this, machine::resume);
    }

    @Override
    public void shutDown(Duration grace) throws IOException {
      run(Operation.SHUT_DOWN, this, () -> machine.shutDown(grace));
    }

    @Override
    public void kill() throws IOException {
      run(Operation.KILL, null, machine::kill);
    }

    @Override
    public BlockNodes nodes() {
      return nodes;
    }

    @Override
    public void attach(DiskSpec disk) throws IOException {
      run(Operation.ATTACH, this, () -> machine.attach(disk));
    }

    @Override
    public void detach(VolumeId volume, Duration patience) throws IOException {
      run(Operation.DETACH, this, () -> machine.detach(volume, patience));
    }

    @Override
    public FrozenGuest freezeGuest(Duration limit) throws IOException {
      return run(Operation.FREEZE_GUEST, this, () -> machine.freezeGuest(limit));
    }

    @Override
    public Path channel(String name) {
      return machine.channel(name);
    }

    @Override
    public void listen(MachineListener listener) {
      listeners.add(listener);
      machine.listen(event -> {
        if (!gone) {
          listener.happened(event);
        }
      });
    }

    @Override
    public void close() {
      if (!gone) { // else whoever has found it again is connected to it
        machine.close();
      }
    }
  }

  private final class FaultyChain implements OfflineChain {
    private final OfflineChain chain;

    FaultyChain(OfflineChain chain) {
      this.chain = chain;
    }

    @Override
    public BlockNodes nodes() {
      return new FaultyNodes(chain.nodes(), null);
    }

    @Override
    public void close() throws IOException {
      run(Operation.CLOSE_OFFLINE, null, chain::close);
    }
  }

  private final class FaultyNodes implements BlockNodes {
    private final BlockNodes nodes;
    private final @Nullable FaultyMachine machine;

    FaultyNodes(BlockNodes nodes, @Nullable FaultyMachine machine) {
      this.nodes = nodes;
      this.machine = machine;
    }

    @Override
    public void open(LayerFile overlay) throws IOException {
      run(Operation.OPEN, machine, () -> nodes.open(overlay));
    }

    @Override
    public void close(LayerId layer) throws IOException {
      run(Operation.CLOSE, machine, () -> nodes.close(layer));
    }

    @Override
    public Set<LayerId> open() throws IOException {
      return run(Operation.LIST_OPEN, machine, () -> nodes.open());
    }

    @Override
    public Set<VolumeId> disks() throws IOException {
      return run(Operation.DISKS, machine, nodes::disks);
    }

    @Override
    public LayerId top(VolumeId volume) throws IOException {
      return run(Operation.TOP, machine, () -> nodes.top(volume));
    }

    @Override
    public void switchTo(List<LayerSwitch> switches) throws IOException {
      run(Operation.SWITCH_TO, machine, () -> nodes.switchTo(switches));
    }

    @Override
    public BlockJob pull(LayerFile upper, LayerFile base) throws IOException {
      return run(Operation.PULL, machine, () -> new FaultyJob(nodes.pull(upper, base), machine));
    }

    @Override
    public BlockJob commit(LayerFile top, LayerFile upper, LayerFile base) throws IOException {
      return run(
          Operation.COMMIT, machine, () -> new FaultyJob(nodes.commit(top, upper, base), machine));
    }

    @Override
    public void flush(LayerId frozen) throws IOException {
      run(Operation.FLUSH, machine, () -> nodes.flush(frozen));
    }

    @Override
    public void resize(LayerId top, long sizeBytes) throws IOException {
      run(Operation.RESIZE, machine, () -> nodes.resize(top, sizeBytes));
    }
  }

  private final class FaultyJob implements BlockJob {
    private final BlockJob job;
    private final @Nullable FaultyMachine machine;

    FaultyJob(BlockJob job, @Nullable FaultyMachine machine) {
      this.job = job;
      this.machine = machine;
    }

    @Override
    public double progress() throws IOException {
      return job.progress();
    }

    @Override
    public boolean await() throws IOException, InterruptedException {
      boolean done = job.await();
      return run(Operation.AWAIT_JOB, machine, () -> done);
    }

    @Override
    public void cancel() throws IOException {
      run(Operation.CANCEL_JOB, machine, job::cancel);
    }
  }
}
