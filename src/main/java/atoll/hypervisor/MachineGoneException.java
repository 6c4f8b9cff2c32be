package atoll.hypervisor;

import atoll.model.InstanceId;
import java.io.IOException;

/** A machine's process has ended, or its control socket is dead. */
public final class MachineGoneException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says which machine, and what was seen. */
  public MachineGoneException(InstanceId id, String saw) {
    super("machine " + id + " is gone: " + saw);
  }
}
