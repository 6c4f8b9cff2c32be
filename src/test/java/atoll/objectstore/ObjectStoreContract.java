package atoll.objectstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of {@link ObjectStore} promises. */
public abstract class ObjectStoreContract {
  /** As long as an object of these tests may be. */
  static final int MANY = 1 << 24;

  private ObjectStore store;

  /** Opens an empty store. */
  protected abstract ObjectStore openEmpty() throws IOException;

  /** Whether it puts where nothing is, and only there. */
  protected boolean putsConditionally() {
    return true;
  }

  /** Whether it may say of a conditional put that it was not the first when it was. */
  protected boolean answersGetLost() {
    return false;
  }

  @BeforeEach
  void open() throws IOException {
    store = openEmpty();
  }

  @AfterEach
  void close() throws IOException {
    store.close();
  }

  @Test
  void whatWasPutIsThere() throws IOException {
    byte[] content = bytes(3_000_001);
    ByteBuffer source = ByteBuffer.wrap(content);
    store.put("packs/0a/0a1b", source);
    assertThat(source.hasRemaining()).isFalse();
    assertThat(array(store.get("packs/0a/0a1b", MANY))).isEqualTo(content);
    assertThat(store.exists("packs/0a/0a1b")).isTrue();
  }

  @Test
  void onlyTheRestOfTheBufferIsPut() throws IOException {
    store.put("a", ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}, 1, 3));
    assertThat(array(store.get("a", MANY))).containsExactly(2, 3, 4);
  }

  @Test
  void directBuffersWorkAsWell() throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(100).put(bytes(100)).flip();
    store.put("a", direct);
    ByteBuffer range = ByteBuffer.allocateDirect(10);
    store.get("a", 90, range);
    assertThat(array(range.flip())).isEqualTo(Arrays.copyOfRange(bytes(100), 90, 100));
  }

  @Test
  void emptyObjectIsAnObject() throws IOException {
    store.put("deleted/x", ByteBuffer.allocate(0));
    assertThat(store.exists("deleted/x")).isTrue();
    assertThat(store.get("deleted/x", MANY).remaining()).isZero();
    assertThat(listed("")).containsExactly(Map.entry("deleted/x", 0L));
  }

  @Test
  void onlyTheFirstPutOfSomethingNewSucceeds() throws IOException {
    assertThat(store.conditionalPut().isPresent()).isEqualTo(putsConditionally());
    if (!putsConditionally() || answersGetLost()) {
      return;
    }
    ConditionalPut conditional = store.conditionalPut().orElseThrow();
    assertThat(conditional.putNew("condemned/1", ByteBuffer.wrap(bytes(10)))).isTrue();
    assertThat(conditional.putNew("condemned/1", ByteBuffer.wrap(bytes(20)))).isFalse();
    assertThat(array(store.get("condemned/1", MANY))).isEqualTo(bytes(10));
    assertThat(listed("condemned/")).containsExactly(Map.entry("condemned/1", 10L));
    store.delete("condemned/1");
    assertThat(conditional.putNew("condemned/1", ByteBuffer.wrap(bytes(30)))).isTrue();
  }

  @Test
  void longerThanCanBeTakenIsRefused() throws IOException {
    store.put("a/b", ByteBuffer.wrap(bytes(1000)));
    assertThat(store.get("a/b", 1000).remaining()).isEqualTo(1000);
    assertThatThrownBy(() -> store.get("a/b", 999))
        .isInstanceOf(ObjectTooLongException.class)
        .hasMessageContaining("a/b")
        .hasMessageContaining("1000 bytes");
  }

  @Test
  void putReplaces() throws IOException {
    store.put("a/b", ByteBuffer.wrap(bytes(1000)));
    store.put("a/b", ByteBuffer.wrap(new byte[] {7}));
    assertThat(array(store.get("a/b", MANY))).containsExactly(7);
  }

  @Test
  void changingWhatWasGotChangesNothing() throws IOException {
    store.put("a", ByteBuffer.wrap(new byte[] {1}));
    ByteBuffer got = store.get("a", MANY);
    if (!got.isReadOnly()) {
      got.put(0, (byte) 9);
    }
    assertThat(array(store.get("a", MANY))).containsExactly(1);
  }

  @Test
  void rangeFillsTheBufferFromItsPosition() throws IOException {
    byte[] content = bytes(100_000);
    store.put("a", ByteBuffer.wrap(content));
    ByteBuffer destination = ByteBuffer.allocate(5000).position(10).limit(4010);
    store.get("a", 96_000, destination);
    assertThat(destination.position()).isEqualTo(4010);
    assertThat(destination.array()).startsWith(new byte[10]).endsWith(new byte[990]);
    assertThat(Arrays.copyOfRange(destination.array(), 10, 4010))
        .isEqualTo(Arrays.copyOfRange(content, 96_000, 100_000));
  }

  @Test
  void rangeBehindTheEndIsTheEndOfTheFile() throws IOException {
    store.put("a", ByteBuffer.wrap(bytes(10)));
    assertThatThrownBy(() -> store.get("a", 5, ByteBuffer.allocate(6)))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> store.get("a", 1L << 40, ByteBuffer.allocate(1)))
        .isInstanceOf(EOFException.class);
    store.get("a", 10, ByteBuffer.allocate(0));
  }

  @Test
  void whatIsNotThereIsNamed() throws IOException {
    assertThat(store.exists("a/b")).isFalse();
    assertThatThrownBy(() -> store.get("a/b", MANY))
        .isInstanceOf(NoSuchObjectException.class)
        .hasMessageContaining("a/b");
    assertThatThrownBy(() -> store.get("a/b", 0, ByteBuffer.allocate(1)))
        .isInstanceOf(NoSuchObjectException.class);
  }

  @Test
  void deletedIsGoneAndDeletingTwiceIsNoError() throws IOException {
    store.put("a/b", ByteBuffer.wrap(bytes(10)));
    store.put("a/c", ByteBuffer.wrap(bytes(10)));
    store.delete("a/b");
    store.delete("a/b");
    store.delete("never/was");
    assertThat(store.exists("a/b")).isFalse();
    assertThat(listed("")).containsOnlyKeys("a/c");
    store.put("a/b", ByteBuffer.wrap(bytes(11)));
    assertThat(listed("")).containsEntry("a/b", 11L);
  }

  @Test
  void listingSelectsByPrefixWhereverItEnds() throws IOException {
    for (String key : List.of("a", "ab/c", "ab/d/e", "abc/d", "b/ab/c", "packs/00/1")) {
      store.put(key, ByteBuffer.wrap(bytes(key.length())));
    }
    assertThat(listed("")).hasSize(6).containsEntry("ab/d/e", 6L);
    assertThat(listed("a")).containsOnlyKeys("a", "ab/c", "ab/d/e", "abc/d");
    assertThat(listed("ab")).containsOnlyKeys("ab/c", "ab/d/e", "abc/d");
    assertThat(listed("ab/")).containsOnlyKeys("ab/c", "ab/d/e");
    assertThat(listed("ab/d")).containsOnlyKeys("ab/d/e");
    assertThat(listed("ab/c")).containsOnlyKeys("ab/c");
    assertThat(listed("ab/c/")).isEmpty();
    assertThat(listed("zz")).isEmpty();
    assertThat(listed("zz/zz/")).isEmpty();
  }

  @Test
  void visitorsErrorEndsTheListing() throws IOException {
    store.put("a/b", ByteBuffer.wrap(bytes(1)));
    store.put("a/c", ByteBuffer.wrap(bytes(1)));
    var visits = new int[1];
    assertThatThrownBy(() ->
            store.list(
                "a/",
                (_, _) -> {
                  visits[0]++;
                  throw new java.nio.file.NoSuchFileException("enough");
                }))
        .hasMessage("enough");
    assertThat(visits[0]).isOne();
  }

  @Test
  void listedObjectsMayBeDeletedOnTheWay() throws IOException {
    for (int i = 0; i < 50; i++) {
      store.put("a/" + i, ByteBuffer.wrap(bytes(1)));
    }
    store.list("a/", (key, _) -> store.delete(key));
    assertThat(listed("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        ".a",
        "a/.b",
        "A",
        "a b",
        "ä",
        "a\0",
        "a\n",
        "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
      })
  void whatIsNoKeyIsRefused(String key) {
    assertThatIllegalArgumentException().isThrownBy(() -> store.put(key, ByteBuffer.allocate(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> store.get(key, MANY));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store.get(key, 0, ByteBuffer.allocate(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> store.delete(key));
    assertThatIllegalArgumentException().isThrownBy(() -> store.exists(key));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "..", "../", "a/../", ".incoming", "a/.b", "a//"})
  void whatNoKeyBeginsWithIsRefused(String prefix) {
    assertThatIllegalArgumentException().isThrownBy(() -> listed(prefix));
  }

  @Test
  void writersAtOnceLeaveWholeObjects() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> puts =
          IntStream.range(0, 64)
              .<Future<?>>mapToObj(i -> threads.submit(() -> putTwice(i)))
              .toList();
      for (Future<?> put : puts) {
        put.get();
      }
    }
    byte[] shared = array(store.get("shared/key", MANY));
    assertThat(shared).hasSize(20_000).containsOnly(shared[0]);
    assertThat(listed("many/")).hasSize(64);
  }

  private Object putTwice(int i) throws IOException {
    byte[] content = new byte[20_000];
    Arrays.fill(content, (byte) i);
    store.put("shared/key", ByteBuffer.wrap(content));
    store.put("many/" + i % 8 + "/" + i, ByteBuffer.wrap(content));
    return i;
  }

  private Map<String, Long> listed(String prefix) throws IOException {
    var objects = new TreeMap<String, Long>();
    store.list(prefix, (key, size) -> assertThat(objects.put(key, size)).isNull());
    return objects;
  }

  private static byte[] bytes(int length) {
    var bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] array(ByteBuffer buffer) {
    var array = new byte[buffer.remaining()];
    buffer.get(array);
    return array;
  }
}
