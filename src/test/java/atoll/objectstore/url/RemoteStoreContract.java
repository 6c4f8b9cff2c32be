package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.ObjectStore;
import atoll.objectstore.ObjectStoreContract;
import atoll.objectstore.Traffic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store over a network promises besides. */
abstract class RemoteStoreContract extends ObjectStoreContract {
  /** A pack, as long as they get. */
  private static final int PACK_BYTES = 32 << 20;

  /** The address of part of a container. */
  protected abstract String url(String container, String prefix);

  /** Credentials that are right. */
  protected abstract Map<String, String> environment();

  /** Credentials that are wrong. */
  protected abstract Map<String, String> wrongCredentials();

  /** Credentials, and the address of something that does not listen. */
  protected abstract Map<String, String> nobodyThere();

  protected final ObjectStores stores() {
    return new ObjectStores(environment(), Traffic.UNLIMITED);
  }

  protected final ObjectStore open(String url) throws IOException {
    return stores().open(StoreUrl.parse(url));
  }

  @Override
  protected ObjectStore openEmpty() throws IOException {
    String url = url("contract", "test-" + UUID.randomUUID());
    stores().create(StoreUrl.parse(url));
    stores().create(StoreUrl.parse(url));
    return open(url);
  }

  @Test
  void storesOfOneContainerDoNotSeeEachOther() throws IOException {
    String prefix = "test-" + UUID.randomUUID();
    try (ObjectStore one = open(url("contract", prefix + "/one"));
        ObjectStore other = open(url("contract", prefix + "/one-more"))) {
      one.put("a/b", ByteBuffer.allocate(1));
      other.put("c", ByteBuffer.allocate(2));
      var seen = new HashSet<String>();
      one.list("", (key, _) -> seen.add(key));
      assertThat(seen).containsExactly("a/b");
      assertThat(other.exists("a/b")).isFalse();
    }
  }

  @Test
  void wholePacksComeBackInPieces() throws IOException {
    ByteBuffer pack = ByteBuffer.allocateDirect(PACK_BYTES);
    while (pack.hasRemaining()) {
      pack.putLong(pack.position() * 0x9E3779B97F4A7C15L);
    }
    pack.flip();
    try (ObjectStore store = open(url("contract", "test-" + UUID.randomUUID()))) {
      store.put("pack", pack.duplicate());
      assertThat(store.get("pack", PACK_BYTES)).isEqualTo(pack);
      ByteBuffer piece = ByteBuffer.allocateDirect(5 << 20);
      store.get("pack", 7_654_321, piece);
      assertThat(piece.flip()).isEqualTo(pack.slice(7_654_321, 5 << 20));
    }
  }

  @Test
  void longListingsComeInPages() throws Exception {
    try (ObjectStore store = open(url("contract", "test-" + UUID.randomUUID()))) {
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Callable<Boolean>> puts =
            IntStream.range(0, 1100)
                .<Callable<Boolean>>mapToObj(i ->
                    () -> {
                      store.put("a/%05d".formatted(i), ByteBuffer.allocate(0));
                      return true;
                    })
                .toList();
        for (Future<Boolean> put : threads.invokeAll(puts)) {
          assertThat(put.get()).isTrue();
        }
      }
      var seen = new HashSet<String>();
      store.list("a/", (key, _) -> assertThat(seen.add(key)).isTrue());
      assertThat(seen).hasSize(1100);
    }
  }

  @Test
  void missingContainerIsNoEmptyStore() {
    assertThatThrownBy(() -> open(url("nobody-made-it", "")))
        .hasMessageContaining("nobody-made-it")
        .hasMessageContaining("there is no such");
  }

  @Test
  void containerThatWentAwayIsNoEmptyStore() throws IOException {
    String container = "gone-" + UUID.randomUUID();
    stores().create(StoreUrl.parse(url(container, "")));
    try (ObjectStore store = open(url(container, ""))) {
      assertThat(store.exists("a")).isFalse();
      removeContainer(container);
      assertThatThrownBy(() -> store.exists("a")).hasMessageContaining("there is no such");
      assertThatThrownBy(() -> store.get("a", 1)).hasMessageContaining("there is no such");
      assertThatThrownBy(() -> store.list("", (_, _) -> {}))
          .hasMessageContaining("there is no such");
      assertThatThrownBy(() -> store.put("a", ByteBuffer.allocate(1)))
          .hasMessageContaining("there is no such");
    }
  }

  /** Removes an empty container. */
  protected abstract void removeContainer(String container) throws IOException;

  @Test
  void wrongCredentialsAreNamed() {
    var stores = new ObjectStores(wrongCredentials(), Traffic.UNLIMITED);
    assertThatThrownBy(() -> stores.open(StoreUrl.parse(url("contract", ""))))
        .hasMessageContaining("look at");
  }

  @Test
  void whereNobodyListensIsSaidAtOnce() {
    var stores = new ObjectStores(nobodyThere(), Traffic.UNLIMITED);
    String url = url("contract", "").replaceAll("endpoint=[^&]*", "endpoint=http://127.0.0.1:9");
    assertThatThrownBy(() -> stores.open(StoreUrl.parse(url)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:9")
        .hasMessageContaining("nobody listens there");
  }
}
