package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.api.openstack.OpenStackClient;
import atoll.format.QemuTools;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What programs do with openstacksdk, of Debian: {@code openstack/sdk.py} does it. */
class SdkIT {
  /** Debian's own, which has the SDK, whatever else is on the path. */
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path folder;

  @Test
  void aProgramDoesWhatItLikes() throws Exception {
    QemuTools.require("openstack"); // which needs the SDK
    Path script = Path.of(SdkIT.class.getResource("/openstack/sdk.py").toURI());
    try (TestCloud cloud = TestCloud.open(folder.resolve("data"))) {
      OpenStackClient python = OpenStackClient.of(PYTHON, folder.resolve("data/openrc"));
      python.login().put("OS_AUTH_URL", cloud.service.url() + "/identity/v3");
      assertThat(python.run(script.toString())).isEmpty();
    }
  }
}
