package atoll.hypervisor.qemu;

import java.io.IOException;

/** QEMU refused a command, or could not do it. */
public final class QmpException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String errorClass;

  /** Says which command failed, with QEMU's error class and its words. */
  public QmpException(String command, String errorClass, String description) {
    super(command + ": " + description);
    this.errorClass = errorClass;
  }

  /** Whether what the command named does not exist. */
  boolean isNotFound() {
    return errorClass.equals("DeviceNotFound");
  }

  /** Whether the guest was asked before to let go of what the command named. */
  boolean isUnplugging() {
    // QEMU has no class for it.
    return String.valueOf(getMessage()).endsWith("in the process of unplug");
  }
}
