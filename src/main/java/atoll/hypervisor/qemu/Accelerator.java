package atoll.hypervisor.qemu;

/** What executes a guest's instructions. */
public enum Accelerator {
  /** The processor, through Linux's KVM. */
  KVM("kvm", "host"),
  /** QEMU itself, by translation: everywhere, and slowly. */
  TCG("tcg", "qemu64");

  private final String option;
  private final String cpuModel;

  Accelerator(String option, String cpuModel) {
    this.option = option;
    this.cpuModel = cpuModel;
  }

  /** As {@code -accel} wants it. */
  String option() {
    return option;
  }

  /** The CPU that a machine gets under it. */
  String cpuModel() {
    return cpuModel;
  }
}
