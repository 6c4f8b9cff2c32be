package atoll.demo.bench;

import java.io.IOException;

/** A program without which nothing can be measured is not on this host. */
final class MissingProgramException extends IOException {
  private static final long serialVersionUID = 1;

  MissingProgramException(String name, String debianPackage) {
    super(
        "'%s' is not on this machine; install it as root: apt-get install %s"
            .formatted(name, debianPackage));
  }
}
