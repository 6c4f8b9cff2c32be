package atoll.engine;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class NicenessTest {
  @Test
  void threadsMayEndWhileTheirNamesAreRead() throws Exception {
    var over = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform()
            .start(() -> {
              while (!over.get()) {
                Thread.ofPlatform().start(Thread::yield);
              }
            });
    try {
      assertThatCode(
              () -> {
                for (int i = 0; i < 500; i++) {
                  Niceness.standBackCompilers();
                }
              })
          .doesNotThrowAnyException();
    } finally {
      over.set(true);
      busy.join();
    }
  }
}
