package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.Alert;
import atoll.model.PointId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Databases of earlier versions open, with all that is in them. */
@OnBothDatabases
class MigrationTest {
  @TempDir Path folder;

  /** Fails when a migration is new, too, and {@code Schema} does not know it: it must. */
  @Test
  void whatAllMigrationsWereRunInIsNewest() throws Exception {
    DataSource bare = TestDatabase.bare(folder);
    assertThat(Schema.isNewest(bare)).isFalse();
    migrate(bare, "1");
    assertThat(Schema.isNewest(bare)).isFalse();
    migrate(bare, "latest");
    assertThat(Schema.isNewest(bare)).isTrue();
    TestDatabase.open(folder).close();
    assertThat(Schema.isNewest(bare)).isTrue();
  }

  @Test
  void aMigrationThatFailedIsSaidToHave() throws Exception {
    DataSource bare = TestDatabase.bare(folder);
    migrate(bare, "latest");
    Jdbi.create(bare)
        .useHandle(handle ->
            handle.execute(
                """
                update schema_history set success = ?
                where installed_rank = (select max(installed_rank) from schema_history)
                """,
                false));
    assertThat(Schema.isNewest(bare)).isFalse();
    assertThatThrownBy(() -> TestDatabase.open(folder)).hasMessageContaining("failed migration");
  }

  private static void migrate(DataSource bare, String target) {
    Flyway.configure()
        .dataSource(bare)
        .locations("classpath:atoll/db")
        .table("schema_history")
        .target(target)
        .load()
        .migrate();
  }

  @Test
  void aDatabaseOfTheFirstVersionOpens() throws Exception {
    DataSource bare = TestDatabase.bare(folder);
    migrate(bare, "1");
    var point = new PointId(new UUID(1, 2));
    Jdbi.create(bare)
        .useHandle(handle ->
            handle.execute(
                """
                insert into points (id, volume_id, sequence, state, size_bytes, taken_at, consistency)
                values (?, ?, 1, 'BACKED_UP', 4096, 7, 'CRASH')
                """,
                point.toString(),
                new UUID(3, 4).toString()));
    try (Database database = TestDatabase.open(folder)) {
      assertThat(database.read(tx -> tx.points().find(point)).orElseThrow().frozen())
          .isEqualTo(Duration.ZERO);
      List<Alert> alerts = database.read(tx -> tx.alerts().list());
      assertThat(alerts).isEmpty();
      database.change(tx -> tx.points().setFault(point, "lost"));
    }
  }
}
