package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.RealServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A bucket of Ceph's S3 gateway. */
class CephS3IT extends S3Contract {
  @RegisterExtension static final RealServer CEPH = new RealServer(RealServer.CEPH);

  @Override
  protected RealServer server() {
    return CEPH;
  }

  @Test
  void listingsDoNotLag() throws IOException {
    String url = url("contract", "delay").replace("&listing-delay=0", "");
    try (ObjectStore store = open(url)) {
      assertThat(store.listingDelay()).isEqualTo(Duration.ZERO);
    }
  }
}
