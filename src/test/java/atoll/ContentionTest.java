package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.TestCloud.Answer;
import atoll.TestCloud.Session;
import atoll.db.OnBothDatabases;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Many clients do whatever they like with the same few volumes; afterwards the record of their
 * calls is held against what one after the other could have done.
 */
@OnBothDatabases
class ContentionTest {
  private static final int CLIENTS = 64;
  private static final int CALLS = 12;
  private static final int VOLUMES_MAX = 8;
  private static final int GIB_MAX = 40;
  private static final Set<Integer> ANSWERS = Set.of(200, 202, 400, 404, 409, 413);

  @TempDir Path folder;
  private TestCloud cloud;
  private Session member;
  private final List<String> volumes = new CopyOnWriteArrayList<>();
  private final List<String> snapshots = new CopyOnWriteArrayList<>();
  private final Queue<Done> record = new ConcurrentLinkedQueue<>();

  /** What clients do. */
  private enum Deed {
    CREATE,
    DELETE,
    EXTEND,
    RESERVE,
    UNRESERVE,
    SNAPSHOT,
    DELETE_SNAPSHOT,
    DESCRIBE
  }

  /**
   * A call that was answered.
   *
   * @param of the volume, or the snapshot, that it was about
   * @param gib the size it asked for
   */
  private record Done(Deed deed, String of, int gib, int status, long begun, long ended) {
    boolean accepted() {
      return status < 300;
    }

    /** Whether it was over when the other one began. */
    boolean before(Done other) {
      return ended < other.begun;
    }
  }

  @BeforeEach
  void open() throws Exception {
    cloud = TestCloud.open(folder.resolve("data"));
    member = cloud.tenant("member", "member");
    cloud.admin.must(
        "PUT",
        "/os-quota-sets/" + member.project,
        "{\"quota_set\": {\"volumes\": %d, \"gigabytes\": %d, \"snapshots\": 20}}"
            .formatted(VOLUMES_MAX, GIB_MAX));
  }

  @AfterEach
  void close() throws Exception {
    cloud.close();
  }

  private static String one(List<String> things, Random random) {
    List<String> now = List.copyOf(things);
    return now.isEmpty()
        ? "00000000-0000-4000-8000-000000000000"
        : now.get(random.nextInt(now.size()));
  }

  private Answer send(String method, String path, @Nullable String body) throws Exception {
    return member.volume("3.66", method, path, body);
  }

  private Answer act(String volume, String action) throws Exception {
    return send("POST", "/volumes/" + volume + "/action", action);
  }

  private void doSomething(Random random) throws Exception {
    Deed deed = Deed.values()[random.nextInt(Deed.values().length)];
    String of = one(deed == Deed.DELETE_SNAPSHOT ? snapshots : volumes, random);
    int gib = 2 + random.nextInt(9);
    long begun = System.nanoTime();
    Answer answer =
        switch (deed) {
          case CREATE -> send("POST", "/volumes", "{\"volume\": {\"size\": 1}}");
          case DELETE -> send("DELETE", "/volumes/" + of, null);
          case EXTEND -> act(of, "{\"os-extend\": {\"new_size\": %d}}".formatted(gib));
          case RESERVE -> act(of, "{\"os-reserve\": {}}");
          case UNRESERVE -> act(of, "{\"os-unreserve\": {}}");
          case SNAPSHOT ->
              send("POST", "/snapshots", "{\"snapshot\": {\"volume_id\": \"%s\"}}".formatted(of));
          case DELETE_SNAPSHOT -> send("DELETE", "/snapshots/" + of, null);
          case DESCRIBE -> send("PUT", "/volumes/" + of, "{\"volume\": {\"name\": \"n\"}}");
        };
    long ended = System.nanoTime();
    if (deed == Deed.CREATE && answer.status() == 202) {
      of = answer.body().get("volume").get("id").asString();
      volumes.add(of);
    } else if (deed == Deed.SNAPSHOT && answer.status() == 202) {
      snapshots.add(answer.body().get("snapshot").get("id").asString());
    }
    assertThat(ANSWERS).as(deed + ": " + answer.text()).contains(answer.status());
    record.add(new Done(deed, of, gib, answer.status(), begun, ended));
  }

  private void run(long seed) throws Exception {
    var clients = new ArrayList<Future<?>>();
    try (var threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int client = 0; client < CLIENTS; client++) {
        var random = new Random(seed + client);
        clients.add(
            threads.submit(() -> {
              for (int call = 0; call < CALLS; call++) {
                doSomething(random);
              }
              return null;
            }));
      }
      for (Future<?> client : clients) {
        client.get();
      }
    }
  }

  private Stream<Done> accepted(Deed deed, String of) {
    return record.stream()
        .filter(done -> done.deed == deed && done.of.equals(of) && done.accepted());
  }

  private List<JsonNode> list(String things) throws Exception {
    return member.must("GET", "/" + things + "/detail", null).get(things).valueStream().toList();
  }

  @Test
  void whatManyDoAtOnceIsWhatOneAfterTheOtherCouldHaveDone() throws Exception {
    run(20_261_127);
    for (Deed deed : Deed.values()) {
      assertThat(record.stream().filter(done -> done.deed == deed && done.accepted()))
          .as(deed + " that were accepted")
          .hasSizeGreaterThan(2);
    }
    List<JsonNode> left = list("volumes");
    for (String volume : volumes) {
      JsonNode shown =
          left.stream()
              .filter(it -> it.get("id").asString().equals(volume))
              .findFirst()
              .orElse(null);
      checkDeletion(volume, shown);
      checkSizes(volume, shown);
      checkReservations(volume);
    }
    checkSnapshots();
    checkUsage(left);
    clearAway();
  }

  private void checkDeletion(String volume, @Nullable JsonNode shown) {
    List<Done> deletions = accepted(Deed.DELETE, volume).toList();
    assertThat(deletions).as("deletions of " + volume).hasSize(shown == null ? 1 : 0);
    for (Done deletion : deletions) {
      assertThat(record)
          .as("after " + deletion)
          .noneMatch(done -> done.of.equals(volume) && done.accepted() && deletion.before(done));
    }
  }

  /**
   * A volume only grows: of two calls of which one was over before, the later asked for more. Two
   * at once may ask for the same.
   */
  private void checkSizes(String volume, @Nullable JsonNode shown) {
    List<Done> extensions =
        accepted(Deed.EXTEND, volume).sorted(Comparator.comparingInt(Done::gib)).toList();
    for (int i = 0; i + 1 < extensions.size(); i++) {
      Done smaller = extensions.get(i);
      Done larger = extensions.get(i + 1);
      assertThat(larger.before(smaller)).as(larger + ", then " + smaller).isFalse();
      boolean same = larger.gib == smaller.gib;
      assertThat(same && smaller.before(larger)).as("twice: " + larger).isFalse();
    }
    if (shown != null) {
      int largest = extensions.isEmpty() ? 1 : extensions.getLast().gib;
      assertThat(shown.get("size").asInt()).as("size of " + volume).isEqualTo(largest);
    }
  }

  /** Between two reservations of a volume it was released. */
  private void checkReservations(String volume) {
    List<Done> reservations =
        accepted(Deed.RESERVE, volume).sorted(Comparator.comparingLong(Done::begun)).toList();
    for (int i = 0; i + 1 < reservations.size(); i++) {
      Done first = reservations.get(i);
      Done second = reservations.get(i + 1);
      assertThat(accepted(Deed.UNRESERVE, volume))
          .as("released between " + first + " and " + second)
          .anyMatch(release ->
              release.ended > first.begun && release.begun < Math.max(first.ended, second.ended));
    }
  }

  private void checkSnapshots() throws Exception {
    List<String> left = list("snapshots").stream().map(it -> it.get("id").asString()).toList();
    for (String snapshot : snapshots) {
      long deletions = accepted(Deed.DELETE_SNAPSHOT, snapshot).count();
      assertThat(deletions + (left.contains(snapshot) ? 1 : 0)).as(snapshot).isEqualTo(1);
    }
    assertThat(snapshots).containsAll(left);
  }

  private void checkUsage(List<JsonNode> left) throws Exception {
    JsonNode usage =
        member
            .must("GET", "/os-quota-sets/" + member.project + "?usage=true", null)
            .get("quota_set");
    assertThat(usage.get("volumes").get("in_use").asInt())
        .isEqualTo(left.size())
        .isLessThanOrEqualTo(VOLUMES_MAX);
    List<JsonNode> snapshotsLeft = list("snapshots");
    assertThat(usage.get("snapshots").get("in_use").asInt()).isEqualTo(snapshotsLeft.size());
    int gib =
        Stream.concat(left.stream(), snapshotsLeft.stream())
            .mapToInt(thing -> thing.get("size").asInt())
            .sum();
    assertThat(usage.get("gigabytes").get("in_use").asInt())
        .isEqualTo(gib)
        .isLessThanOrEqualTo(GIB_MAX);
    assertThat(left)
        .extracting(volume -> volume.get("status").asString())
        .isSubsetOf("available", "attaching");
  }

  /** Whatever state things are in has a way out. */
  private void clearAway() throws Exception {
    for (JsonNode volume : list("volumes")) {
      String id = volume.get("id").asString();
      assertThat(act(id, "{\"os-unreserve\": {}}").status()).isEqualTo(202);
      assertThat(send("DELETE", "/volumes/" + id, null).status()).isEqualTo(202);
    }
    for (JsonNode snapshot : list("snapshots")) {
      assertThat(send("DELETE", "/snapshots/" + snapshot.get("id").asString(), null).status())
          .isEqualTo(202);
    }
    assertThat(list("volumes")).isEmpty();
    assertThat(list("snapshots")).isEmpty();
  }
}
