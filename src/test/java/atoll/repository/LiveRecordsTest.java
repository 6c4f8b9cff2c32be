package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LiveRecordsTest {
  private record Found(ObjectId pack, long offsetBytes, int lengthBytes) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 50, 10_000})
  void rangesHaveEachRecordOnceAndNeverTooMany(int recordsMax) throws IOException {
    var random = new SplittableRandom(recordsMax);
    List<Place> places = places(random, 2_000);
    var found = new ArrayList<Found>();
    long bytes = 0;
    int ranges = 0;
    for (PackRange range = PackRange.all(); range != null; range = range.rest()) {
      var live = new LiveRecords(range, tuning(recordsMax));
      for (int i = 0; i < 2; i++) { // tables name most records several times
        places.forEach(live::add);
      }
      live.visit((pack, offset, length) -> found.add(new Found(pack, offset, length)));
      assertThat(live.uses().values().stream().mapToInt(LiveRecords.Use::records).sum())
          .isEqualTo(live.records())
          .satisfiesAnyOf(
              count -> assertThat(count).isLessThanOrEqualTo(8 * recordsMax),
              _ -> assertThat(live.uses()).hasSize(1));
      bytes += live.bytes();
      ranges++;
    }
    Set<Found> expected = new HashSet<>();
    places.forEach(p -> expected.add(new Found(p.pack(), p.offsetBytes(), p.lengthBytes())));
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(bytes).isEqualTo(expected.stream().mapToLong(Found::lengthBytes).sum());
    assertThat(ranges).isBetween(1, 1 + 4 * 60);
    assertThat(ranges > 1).isEqualTo(recordsMax * 8 < expected.size());
  }

  @Test
  void bytesWithoutThoseOfOthers() {
    PackRange range = PackRange.all();
    var some = new LiveRecords(range, tuning(1_000));
    var others = new LiveRecords(range, tuning(1_000));
    List<Place> places = places(new SplittableRandom(1), 100);
    places.forEach(some::add);
    places.subList(0, 60).forEach(others::add);
    others.add(new Place(new ObjectId(9, 9), ObjectId.ZERO, 48, 5_000, 0));
    long expected =
        places.subList(60, 100).stream()
            .distinct()
            .filter(place -> !places.subList(0, 60).contains(place))
            .mapToLong(Place::lengthBytes)
            .sum();
    assertThat(some.bytesWithout(others)).isEqualTo(expected).isPositive();
  }

  /** Of one writing, in sixty packs. */
  private static List<Place> places(SplittableRandom random, int count) {
    var packs = new ArrayList<ObjectId>();
    for (int i = 0; i < 60; i++) {
      packs.add(new ObjectId(5, random.nextLong()));
    }
    var places = new ArrayList<Place>();
    for (int i = 0; i < count; i++) {
      ObjectId pack = packs.get(random.nextInt(packs.size()));
      int slot = random.nextInt(100);
      places.add(new Place(pack, ObjectId.ZERO, 48 + 1_000L * slot, 17 + slot, 0));
    }
    return places;
  }

  private static RepositoryTuning tuning(int recordsMax) {
    return new RepositoryTuning(
        1, 128 << 10, 2, 64 << 10, 3, 256 << 10, recordsMax, Duration.ofHours(1));
  }
}
