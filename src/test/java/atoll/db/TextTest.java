package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;

import atoll.model.Page;
import atoll.model.Role;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeFilter;
import atoll.model.VolumeTypeId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text is compared by its bytes, in whatever language the database was made. */
@OnBothDatabases
class TextTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;
  private Database database;

  @BeforeEach
  void open() throws Exception {
    database = TestDatabase.open(folder);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void pagesAreSortedAndContinuedByBytes() {
    List<String> names =
        List.of("B", "I", "Z", "__DEFAULT__", "a b", "ab", "i", "\u00e9", "\u0131");
    for (String name : names) {
      if (!name.equals("__DEFAULT__")) { // that one is there
        database.change(tx -> tx.volumeTypes().insert(type(name)));
      }
    }
    var seen = new ArrayList<String>();
    @Nullable UUID marker = null;
    for (int i = 0; i <= names.size(); i++) {
      List<VolumeType> page = page(marker);
      page.forEach(type -> seen.add(type.name()));
      marker = page.isEmpty() ? marker : page.getLast().id().value();
    }
    assertThat(seen).isEqualTo(names);
  }

  private List<VolumeType> page(@Nullable UUID marker) {
    return database.read(tx ->
        tx.volumeTypes()
            .list(
                new VolumeTypeFilter(null, null),
                new Page<>(
                    List.of(new Page.Sort<>(VolumeTypeFilter.Key.NAME, false)), marker, 0, 2)));
  }

  private static VolumeType type(String name) {
    return new VolumeType(new VolumeTypeId(UUID.randomUUID()), name, "", true, null, NOW, null);
  }

  @Test
  void rolesAreTheSameInCapitalsInEveryLanguage() {
    assertThat(inserted("IRIS")).isTrue();
    assertThat(inserted("iris")).isFalse();
    assertThat(database.read(tx -> tx.roles().findNamed("Iris")).orElseThrow().name())
        .isEqualTo("IRIS");
  }

  private boolean inserted(String name) {
    return database.write(
        tx -> tx.roles().insert(new Role(UUID.randomUUID().toString(), name, null, NOW)));
  }
}
