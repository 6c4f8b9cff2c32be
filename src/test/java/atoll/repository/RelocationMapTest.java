package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.repository.RelocationMap.Move;
import atoll.repository.RelocationMap.NewPlace;
import atoll.repository.RelocationMap.OldPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RelocationMapTest {
  private static final NewPlace THERE = new NewPlace(new ObjectId(8, 8), new ObjectId(9, 9), 48);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 30, 2_000})
  void findsWhatItWasMadeOf(int size) throws DamagedObjectException {
    var random = new SplittableRandom(size);
    Map<OldPlace, NewPlace> expected = new HashMap<>();
    for (int i = 0; i < size; i++) {
      expected.put(
          old(random), new NewPlace(id(random), id(random), 48 + random.nextLong(0xFFFF_0000L)));
    }
    RelocationMap map = RelocationMap.parse("map", RelocationMap.encode(moves(expected)));
    assertThat(map.entries()).isEqualTo(expected.size());
    expected.forEach(
        (from, to) -> assertThat(map.find(from.pack(), from.offsetBytes())).isEqualTo(to));
    for (int i = 0; i < 3_000; i++) {
      OldPlace place = old(random);
      assertThat(map.find(place.pack(), place.offsetBytes())).isEqualTo(expected.get(place));
    }
    var targets = new ArrayList<NewPlace>();
    map.visit(targets::add);
    assertThat(targets).containsExactlyInAnyOrderElementsOf(expected.values());
  }

  @Test
  void refusesWhatIsNotAMap() {
    var random = new SplittableRandom(1);
    byte[] one = RelocationMap.encode(moves(Map.of(old(random), THERE)));
    assertDamaged(new byte[3]);
    assertDamaged(Arrays.copyOf(one, one.length - 1));
    assertDamaged(Arrays.copyOf(one, one.length + 1));
    assertDamaged(
        RelocationMap.encode(
            moves(Map.of(old(random), new NewPlace(THERE.pack(), THERE.key(), 47)))));
  }

  @Test
  void refusesEntriesThatAreNotInOrder() {
    var low = new OldPlace(new ObjectId(1, -1), 0xFFFF_FFFFL);
    var high = new OldPlace(new ObjectId(-1, 1), 48);
    byte[] right = RelocationMap.encode(moves(Map.of(low, THERE, high, THERE)));
    byte[] wrong = right.clone();
    System.arraycopy(right, 4, wrong, 64, 60);
    assertDamaged(wrong); // twice the same
    System.arraycopy(right, 64, wrong, 4, 60);
    assertDamaged(wrong);
  }

  @Test
  void aMapThatWouldCloseACircleIsNotBelieved() throws IOException {
    var store = RepositoryFixture.newStore();
    KeyRing keys = RepositoryFixture.keyRing(store);
    var objects = new SealedObjects(store, keys, RepositoryFixture.RANDOM);
    var writer = new Relocations(store, objects);
    Place first = place(1);
    Place second = place(2);
    Place third = place(3);
    writer.write(List.of(move(first, second), move(place(7), place(8))), keys.repositoryKey());
    writer.write(List.of(move(second, third)), keys.repositoryKey());
    assertThatThrownBy(() ->
            writer.write(
                List.of(move(place(5), place(6)), move(third, first)), keys.repositoryKey()))
        .isInstanceOf(DamagedObjectException.class)
        .hasMessageContaining("circle");
    var reader = new Relocations(store, objects);
    reader.refresh();
    assertThat(reader.damage()).hasMessageContaining("circle");
    assertThat(reader.numbers()).containsExactly(1L, 2L, 3L);
    assertThat(reader.resolve(first)).isEqualTo(third);
    assertThat(reader.resolve(place(7))).isEqualTo(place(8));
    assertThat(reader.resolve(place(5))).isEqualTo(place(5));
  }

  private static Place place(int pack) {
    return new Place(new ObjectId(0, pack), ObjectId.of(new UUID(0, 1)), 1_000, 100, 0);
  }

  private static Move move(Place from, Place to) {
    return new Move(OldPlace.of(from), from.lengthBytes(), NewPlace.of(to));
  }

  private static void assertDamaged(byte[] bytes) {
    assertThatThrownBy(() -> RelocationMap.parse("relocations/1", bytes))
        .isInstanceOf(DamagedObjectException.class)
        .hasMessageContaining("relocations/1");
  }

  private static List<Move> moves(Map<OldPlace, NewPlace> moves) {
    var list = new ArrayList<Move>();
    moves.forEach((from, to) -> list.add(new Move(from, 100, to)));
    return list;
  }

  private static OldPlace old(SplittableRandom random) {
    return new OldPlace(id(random), random.nextInt(400) * 10_000_000L);
  }

  /** One of few, some of them negative as numbers. */
  private static ObjectId id(SplittableRandom random) {
    return new ObjectId(random.nextInt(-2, 2), random.nextInt(-2, 2));
  }
}
