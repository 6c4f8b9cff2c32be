package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlaceMapTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 40, 41, 5_000})
  void saysWhatAHashMapSays(int puts) {
    var random = new SplittableRandom(puts);
    Map<Place, Long> expected = new HashMap<>();
    var map = new PlaceMap();
    for (int i = 0; i < puts; i++) {
      Place place = place(random, puts);
      long value = random.nextLong(Long.MAX_VALUE);
      map.put(place, value);
      expected.put(place, value);
      assertThat(map.get(place)).isEqualTo(value);
    }
    assertThat(map.size()).isEqualTo(expected.size());
    expected.forEach((place, value) -> assertThat(map.get(place)).isEqualTo(value));
    for (int i = 0; i < puts; i++) {
      Place place = place(random, puts);
      assertThat(map.contains(place)).isEqualTo(expected.containsKey(place));
    }
  }

  /** Few packs and near offsets, so that some are met again; a few of the largest there are. */
  private static Place place(SplittableRandom random, int count) {
    var pack = new ObjectId(7, random.nextInt(3));
    long offset = 48 + random.nextLong(2L * count);
    return new Place(
        pack, ObjectId.ZERO, random.nextInt(20) == 0 ? 0xFFFF_FFFFL - offset : offset, 100, 0);
  }
}
