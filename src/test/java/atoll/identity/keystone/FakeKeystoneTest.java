package atoll.identity.keystone;

import java.io.IOException;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The one in memory does as the real one. */
class FakeKeystoneTest extends KeystoneContract {
  private static FakeKeystone keystone;

  @BeforeAll
  static void start() throws IOException {
    keystone = FakeKeystone.open(InstantSource.system());
  }

  @AfterAll
  static void stop() {
    keystone.close();
  }

  @Override
  TestKeystone keystone() {
    return keystone;
  }
}
