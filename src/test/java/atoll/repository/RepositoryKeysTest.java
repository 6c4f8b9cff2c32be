package atoll.repository;

import static atoll.repository.RepositoryFixture.NOW;
import static atoll.repository.RepositoryFixture.RANDOM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import atoll.objectstore.FaultyObjectStore;
import atoll.objectstore.FaultyObjectStore.Call;
import atoll.objectstore.FaultyObjectStore.Fate;
import atoll.objectstore.FaultyObjectStore.Operation;
import atoll.objectstore.LaggingObjectStore;
import atoll.objectstore.LaggingObjectStore.ConditionalPuts;
import atoll.objectstore.MemoryObjectStore;
import atoll.objectstore.ObjectStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys come, go and change; whatever happens, one that is known opens the repository. */
final class RepositoryKeysTest {
  private static final Argon2Cost CHEAP = new Argon2Cost(64, 1, 1);
  private static final String OLD = "the old passphrase";
  private static final String NEW = "the new passphrase";

  @TempDir private Path cache;

  private MemoryObjectStore memory = new MemoryObjectStore();

  @BeforeEach
  void makeRepository() throws IOException {
    memory = made(OLD);
  }

  private static Passphrase words(String text) throws IOException {
    return Passphrase.of(text.toCharArray(), CHEAP);
  }

  /** A repository that a passphrase opens. */
  private static MemoryObjectStore made(String passphrase) throws IOException {
    var store = new MemoryObjectStore();
    create(store, words(passphrase));
    return store;
  }

  private static void create(ObjectStore store, RepositorySecret secret) throws IOException {
    var settings = new RepositorySettings(RepositoryFixture.CHUNK);
    Repository.create(store, secret, "first", settings, RANDOM, InstantSource.fixed(NOW));
  }

  private static RepositoryKeys keys(ObjectStore store, RepositorySecret secret)
      throws IOException {
    return RepositoryKeys.open(store, secret, RANDOM, InstantSource.fixed(NOW), _ -> {});
  }

  private Repository open(ObjectStore store, RepositorySecret secret) throws IOException {
    return Repository.open(
        store, secret, cache, RepositoryFixture.TUNING, RANDOM, InstantSource.fixed(NOW));
  }

  private boolean opens(ObjectStore store, RepositorySecret secret) throws IOException {
    try (var repository = open(store, secret)) {
      return repository.list().unreadable().isEmpty();
    } catch (WrongKeyException e) {
      return false;
    }
  }

  private static Map<String, byte[]> objects(ObjectStore store) throws IOException {
    var objects = new TreeMap<String, byte[]>();
    for (String key : RepositoryFixture.keys(store, "")) {
      objects.put(key, RepositoryFixture.object(store, key));
    }
    return objects;
  }

  private static void put(ObjectStore store, String key, String content) throws IOException {
    store.put(key, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
  }

  private String onlyWrapper() throws IOException {
    return RepositoryFixture.keys(memory, ObjectNames.KEYS).getFirst();
  }

  private static String text(ObjectStore store, String key) throws IOException {
    return new String(RepositoryFixture.object(store, key), StandardCharsets.UTF_8);
  }

  @Test
  void severalKeysOfBothKindsOpenTheSameDataWhichStaysAsItIs() throws IOException {
    SparseVolume volume = RepositoryFixture.volume(5, new SplittableRandom(3));
    UUID snapshot;
    try (var repository = open(memory, words(OLD))) {
      snapshot = RepositoryFixture.write(repository, volume);
    }
    Map<String, byte[]> before = objects(memory);
    var key = RepositoryKey.generate(RANDOM);
    var other = RepositoryKey.generate(RANDOM);
    try (var keys = keys(memory, words(OLD))) {
      keys.add(key, "safe");
      keys.add(words(NEW), "laptop of Anna");
      keys.add(other, "");
      assertThat(keys.list()).hasSize(4).allSatisfy(k -> assertThat(k.isUsable()).isTrue());
    }
    for (RepositorySecret secret : List.of(words(OLD), key, words(NEW), other)) {
      try (var repository = open(memory, secret)) {
        assertThat(RepositoryFixture.restored(repository, snapshot).sameContent(volume)).isTrue();
      }
    }
    Map<String, byte[]> after = objects(memory);
    after.keySet().removeIf(name -> name.startsWith("keys/") && !before.containsKey(name));
    assertThat(after).containsExactlyEntriesOf(before);
    assertThat(RepositoryKeys.list(memory))
        .extracting(StoredKey::kind, StoredKey::label, StoredKey::createdAt)
        .containsExactlyInAnyOrder(
            tuple("passphrase", "first", NOW),
            tuple("key-file", "safe", NOW),
            tuple("passphrase", "laptop of Anna", NOW),
            tuple("key-file", "", NOW));
  }

  @Test
  void wrongSecretsAreToldWhatTheRepositoryTakesAndTouchNothing() throws IOException {
    try (var keys = keys(memory, words(OLD))) {
      keys.add(words("another passphrase"), "");
    }
    var untouchable = new FaultyObjectStore(memory);
    untouchable.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Map<String, byte[]> before = objects(memory);
    var key = RepositoryKey.generate(RANDOM);
    for (RepositorySecret wrong : List.of(words("not the passphrase"), key)) {
      String said =
          wrong == key ? "no key file opens repository" : "the passphrase opens no key of";
      assertThatThrownBy(() -> open(untouchable, wrong))
          .isInstanceOf(WrongKeyException.class)
          .hasMessageContaining(said)
          .hasMessageContaining("which has 0 key files and 2 passphrases");
      assertThatThrownBy(() -> keys(untouchable, wrong)).isInstanceOf(WrongKeyException.class);
    }
    assertThat(untouchable.mutations()).isZero();
    assertThat(objects(memory)).containsExactlyEntriesOf(before);
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void whatIsOpenedOrListedIsNotWrittenTo() throws IOException {
    var store = new FaultyObjectStore(memory);
    open(store, words(OLD)).close();
    keys(store, words(OLD)).close();
    assertThat(RepositoryKeys.list(store)).hasSize(1);
    assertThat(store.mutations()).isZero();
  }

  @Test
  void tamperedWrapperOpensNothingElse() throws IOException {
    String wrapper = onlyWrapper();
    byte[] pristine = RepositoryFixture.object(memory, wrapper);
    byte[] masterKey = master(words(OLD));
    int refused = 0;
    for (int i = 0; i < pristine.length; i++) {
      byte[] tampered = pristine.clone();
      tampered[i] ^= 1;
      memory.put(wrapper, ByteBuffer.wrap(tampered));
      try {
        assertThat(master(words(OLD))).as("byte " + i).isEqualTo(masterKey);
      } catch (WrongKeyException | DamagedObjectException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(150);
  }

  private byte[] master(RepositorySecret secret) throws IOException {
    UUID id = RepositoryConfig.parse(RepositoryFixture.object(memory, "config")).id();
    return RepositoryCreation.unwrapMasterKey(memory, secret, id);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"memory_kib\":64', '\"memory_kib\":67108864', memory_kib",
    "'\"memory_kib\":64', '\"memory_kib\":68719476736', Numeric value",
    "'\"memory_kib\":64', '\"memory_kib\":-64', memory_kib",
    "'\"passes\":1', '\"passes\":2000000000', passes",
    "'\"lanes\":1', '\"lanes\":0', lanes",
    "'\"argon2id\"', '\"scrypt\"', argon2id",
    "'\"salt\"', '\"sand\"', salt",
    "'\"wrapped\"', '\"unwrapped\"', wrapped"
  })
  void hostileWrapperIsDamagedBeforeItCostsAnything(String text, String hostile, String named)
      throws IOException {
    String wrapper = onlyWrapper();
    String content = text(memory, wrapper);
    assertThat(content).contains(text);
    put(memory, wrapper, content.replace(text, hostile));
    assertThatThrownBy(() -> open(memory, words(OLD)))
        .isInstanceOf(DamagedObjectException.class)
        .hasMessageContaining(wrapper)
        .hasMessageContaining(named);
    StoredKey listed = RepositoryKeys.list(memory).getFirst();
    assertThat(listed.isUsable()).isFalse();
    assertThat(listed.damage()).contains(named);
  }

  @Test
  void damagedKeysDoNotHideTheOthers() throws IOException {
    put(memory, "keys/00", "not JSON");
    put(memory, "keys/01", "{\"kind\":\"passphrase\"}");
    assertThat(opens(memory, words(OLD))).isTrue();
    assertThatThrownBy(() -> open(memory, words("not the passphrase")))
        .isInstanceOf(WrongKeyException.class)
        .hasMessageContaining("1 passphrase; 2 of its keys this version of Atoll cannot read")
        .hasCauseInstanceOf(DamagedObjectException.class);
  }

  @Test
  void kindsOfLaterVersionsArePassedOverWhateverIsInThem() throws IOException {
    put(memory, "keys/00", "{\"kind\":\"smart\\u001bcard\",\"salt\":[1],\"label\":7}");
    assertThat(opens(memory, words(OLD))).isTrue();
    StoredKey later = RepositoryKeys.list(memory).getFirst();
    assertThat(later.kind()).isEqualTo("smart?card");
    assertThat(later.isUsable()).isFalse();
    assertThat(later.damage()).isNull();
  }

  @Test
  void labelsOfStrangersDoNotReachTheTerminalAsTheyAre() throws IOException {
    String wrapper = onlyWrapper();
    String content = text(memory, wrapper);
    String hostile = "\\u001b[2J" + "x".repeat(500);
    put(memory, wrapper, content.replace("\"first\"", "\"" + hostile + "\""));
    assertThat(RepositoryKeys.list(memory).getFirst().label()).startsWith("?[2Jxxx").hasSize(100);
    try (var keys = keys(memory, words(OLD))) {
      assertThatThrownBy(() -> keys.add(words(NEW), "a\nb")).hasMessageContaining("label");
      assertThatThrownBy(() -> keys.add(words(NEW), "x".repeat(101))).hasMessageContaining("label");
      assertThatThrownBy(() -> keys.add(words("short"), "")).hasMessageContaining("too short");
      assertThat(keys.list()).hasSize(1);
    }
  }

  @Test
  void workOnManyPassphrasesIsBoundedAndTheCheapAreTriedFirst() throws IOException {
    UUID id;
    try (var keys = keys(memory, words(OLD));
        var repository = open(memory, words(OLD))) {
      id = repository.id();
      for (int i = 0; i < 3; i++) {
        keys.add(Passphrase.of("dear passphrase".toCharArray(), new Argon2Cost(1024, 1, 1)), "");
      }
    }
    var wrappers = new KeyWrappers(memory, id, 2500);
    assertThat(wrappers.open(words(OLD)).masterKey()).isEqualTo(master(words(OLD)));
    assertThatThrownBy(() -> wrappers.open(words("not the passphrase")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("would take too long");
  }

  @Test
  void leftoversOfTheMakingOfAnotherRepositoryAreNoKeys() throws IOException {
    var memoryToo = new MemoryObjectStore();
    var store = new FaultyObjectStore(memoryToo);
    store.atMutation(2, Fate.KILL);
    assertThatThrownBy(() -> create(store, words(OLD))).hasMessageContaining("KILL");
    create(memoryToo, words(OLD));
    assertThat(RepositoryFixture.keys(memoryToo, "keys/")).hasSize(2);
    assertThat(RepositoryKeys.list(memoryToo)).hasSize(1);
    assertThat(opens(memoryToo, words(OLD))).isTrue();
  }

  @Test
  void lastKeyAndTheOneInUseStay() throws IOException {
    put(memory, "keys/00", "{\"kind\":\"later\"}");
    try (var keys = keys(memory, words(OLD))) {
      String old = keys.used();
      assertThatThrownBy(() -> keys.remove(old))
          .isInstanceOf(LastKeyException.class)
          .hasMessageContaining("is the last key");
      String added = keys.add(words(NEW), "");
      assertThatThrownBy(() -> keys.remove(old))
          .isInstanceOf(LastKeyException.class)
          .hasMessageContaining("open it with one that stays");
      try (var others = keys(memory, words(NEW))) {
        assertThat(others.used()).isEqualTo(added);
        others.remove(old);
        others.remove(old);
      }
    }
    assertThat(opens(memory, words(NEW))).isTrue();
    assertThat(opens(memory, words(OLD))).isFalse();
  }

  @Test
  void twoWhoRemoveEachOthersKeysLeaveOne() throws IOException {
    String first = ObjectNames.id(onlyWrapper()).toString();
    var store = new FaultyObjectStore(memory);
    try (var keys = keys(store, words(OLD))) {
      String second = keys.add(words(NEW), "");
      store.follow(call -> {
        if (call.operation() == Operation.DELETE) {
          memory.delete(ObjectNames.KEYS + first); // the other process, at the same moment
        }
        return Fate.PASS;
      });
      assertThatThrownBy(() -> keys.remove(second))
          .isInstanceOf(LastKeyException.class)
          .hasMessageContaining(first);
    }
    assertThat(opens(memory, words(NEW))).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fate.class,
      names = {"PASS"},
      mode = EnumSource.Mode.EXCLUDE)
  void changeThatEndsAnywhereLeavesAKeyThatOpens(Fate fate) throws IOException {
    int mutation = 1;
    for (boolean isOver = false; !isOver; mutation++) {
      MemoryObjectStore beneath = made(OLD);
      var store = new FaultyObjectStore(beneath);
      String when = fate + " at mutation " + mutation;
      try (var keys = keys(store, words(OLD))) {
        store.atMutation(mutation, fate);
        keys.change(words(NEW));
        isOver = true;
      } catch (IOException e) {
        assertThat(e).as(when).hasMessageContaining("fault");
      }
      boolean isOld = opens(beneath, words(OLD));
      boolean isNew = opens(beneath, words(NEW));
      assertThat(isOld || isNew).as(when).isTrue();
      if (isOver) {
        assertThat(isNew && !isOld).as(when).isTrue();
      }
      try (var keys = keys(beneath, words(isOld ? OLD : NEW))) {
        keys.change(words("a third passphrase"));
      }
      assertThat(opens(beneath, words("a third passphrase"))).as(when).isTrue();
    }
    assertThat(mutation).isGreaterThan(3);
  }

  @Test
  void oldKeyIsThereUntilTheNewOneWasRead() throws IOException {
    var calls = new ArrayList<Call>();
    var store = new FaultyObjectStore(memory);
    String old = onlyWrapper();
    try (var keys = keys(store, words(OLD))) {
      store.follow(call -> {
        calls.add(call);
        return Fate.PASS;
      });
      String added = keys.change(words(NEW));
      assertThat(keys.used()).isEqualTo(added);
      List<String> steps =
          calls.stream()
              .filter(call -> call.operation() != Operation.LIST)
              .map(call -> call.operation() + " " + call.key())
              .toList();
      String now = ObjectNames.KEYS + added;
      assertThat(steps)
          .containsSubsequence("PUT " + now, "GET " + now, "EXISTS " + now, "DELETE " + old);
    }
    assertThat(RepositoryKeys.list(memory)).extracting(StoredKey::label).containsExactly("first");
  }

  @Test
  void newKeyThatCannotBeReadBackLeavesTheOldOne() throws IOException {
    var store = new FaultyObjectStore(memory);
    try (var keys = keys(store, words(OLD))) {
      store.follow(call -> {
        if (call.operation() == Operation.GET && call.mutation() > 0) {
          lose(call.key());
        }
        return Fate.PASS;
      });
      assertThatThrownBy(() -> keys.change(words(NEW))).isInstanceOf(IOException.class);
    }
    assertThat(opens(memory, words(OLD))).isTrue();
  }

  /** The store has something else than it was given. */
  private void lose(String key) {
    memory.put(key, ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whereListingsLagTheOldKeyGoesWhenAllFindTheNewOne() throws IOException {
    Duration delay = Duration.ofMinutes(3);
    for (int seed = 0; seed < 20; seed++) {
      var store = new LaggingObjectStore(seed, delay, 0, ConditionalPuts.EXACT);
      create(store, words(OLD));
      store.pass(delay);
      try (var keys =
          RepositoryKeys.open(store, words(OLD), RANDOM, InstantSource.fixed(NOW), store::pass)) {
        keys.change(words(NEW));
      }
      assertThat(opens(store, words(NEW))).as("seed " + seed).isTrue();
    }
  }
}
