package atoll.identity.keystone;

import atoll.objectstore.RealServer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract, with Debian's Keystone. */
class RealKeystoneIT extends KeystoneContract {
  @RegisterExtension static final RealServer SERVER = new RealServer(RealServer.KEYSTONE);

  @Override
  TestKeystone keystone() {
    return new RealKeystone(SERVER);
  }
}
