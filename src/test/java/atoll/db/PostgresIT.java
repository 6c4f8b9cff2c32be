package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.model.TaskKind;
import atoll.objectstore.RealServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What can happen to a database that is on a server. */
class PostgresIT {
  @RegisterExtension static final RealServer SERVER = new RealServer(RealServer.POSTGRES);

  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  @TempDir Path folder;

  private static Cable cable() throws IOException {
    return new Cable(Integer.parseInt(SERVER.get("POSTGRES_PORT")));
  }

  private static PostgresUrl through(Cable cable, PostgresUrl url) {
    String place = url.place().replaceAll(":[0-9]+/", ":" + cable.port() + "/");
    var noNames = Map.of("prepareThreshold", "0"); // so that the cable knows a commit
    return new PostgresUrl(place, url.user(), url.password(), noNames);
  }

  private static void queue(Database database, long subject) {
    database.change(tx -> tx.tasks().queue(TaskKind.TEND, new UUID(0, subject), NOW));
  }

  private static int queued(Database database) {
    return database.read(tx -> tx.tasks().list().size());
  }

  @Test
  void oneServiceAtATimeIsAtWork() throws Exception {
    PostgresUrl url = TestDatabase.create(SERVER::get);
    try (Database first = Database.openPostgres(url)) {
      queue(first, 1);
      assertThatThrownBy(() -> Database.openPostgres(url))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(url.place())
          .hasMessageContaining("another Atoll is at work on it");
      queue(first, 2);
    }
    try (Database next = Database.openPostgres(url)) {
      assertThat(queued(next)).isEqualTo(2);
    }
  }

  @Test
  void aTransactionWhoseAnswerWasLostHasNotFailed() throws Exception {
    try (Cable cable = cable();
        Database database =
            Database.openPostgres(through(cable, TestDatabase.create(SERVER::get)))) {
      cable.cutAt(Cable.Cut.AFTER_COMMIT);
      queue(database, 1);
      queue(database, 2);
      assertThat(queued(database)).isEqualTo(2);
    }
  }

  @Test
  void aTransactionThatWasNotMadeHasFailed() throws Exception {
    try (Cable cable = cable();
        Database database =
            Database.openPostgres(through(cable, TestDatabase.create(SERVER::get)))) {
      cable.cutAt(Cable.Cut.BEFORE_COMMIT);
      assertThatThrownBy(() -> queue(database, 1)).isInstanceOf(DatabaseFaultException.class);
      assertThat(queued(database)).isZero();
      queue(database, 2);
      assertThat(queued(database)).isEqualTo(1);
    }
  }

  @Test
  void whoLostItsConnectionWritesNoMoreOnceAnotherHasWritten() throws Exception {
    PostgresUrl url = TestDatabase.create(SERVER::get);
    try (Cable cable = cable();
        Database lost = Database.openPostgres(through(cable, url))) {
      queue(lost, 1);
      cable.cutNow();
      try (Database other = Database.openPostgres(url)) {
        // Whoever is first may only hear that the connection is lost.
        assertThatThrownBy(() -> queue(lost, 2)).isInstanceOf(DatabaseFaultException.class);
        assertThatThrownBy(() -> queue(lost, 2))
            .isInstanceOf(DatabaseFaultException.class)
            .hasMessageContaining("another Atoll is at work on it");
        queue(other, 3);
      }
      assertThatThrownBy(() -> queue(lost, 4))
          .isInstanceOf(DatabaseFaultException.class)
          .hasMessageContaining("another Atoll was at work on it meanwhile");
    }
  }

  @Test
  void aServerThatWasStartedAgainIsUsedAgain() throws Exception {
    PostgresUrl url = TestDatabase.create(SERVER::get);
    try (Database database = Database.openPostgres(url)) {
      queue(database, 1);
      SERVER.tell("stop");
      assertThatThrownBy(() -> queue(database, 2))
          .isInstanceOf(DatabaseFaultException.class)
          .hasMessageContaining(url.place())
          .hasMessageNotContaining(url.password());
      assertThatThrownBy(() -> queued(database)).isInstanceOf(DatabaseFaultException.class);
      SERVER.tell("start");
      queue(database, 3);
      assertThat(queued(database)).isEqualTo(2);
    }
  }

  @Test
  void commitsAreDurableWhateverTheServerIsSetTo() throws Exception {
    try (var connections = PostgresConnections.open(TestDatabase.create(SERVER::get))) {
      String setting =
          connections.write(
              handle -> handle.createQuery("show synchronous_commit").mapTo(String.class).one());
      assertThat(setting).isEqualTo("on"); // the test server is set to "off"
    }
  }

  @Test
  void aDatabaseThatCannotKeepAllCharactersIsRefused() {
    PostgresUrl url =
        TestDatabase.create(
            SERVER::get, "template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'");
    assertThatThrownBy(() -> Database.openPostgres(url))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("SQL_ASCII");
  }

  @Test
  void aWrongPasswordIsToldAndNotRepeated() {
    PostgresUrl url = TestDatabase.create(SERVER::get);
    var wrong = new PostgresUrl(url.place(), url.user(), "sesame", Map.of());
    assertThatThrownBy(() -> Database.openPostgres(wrong))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("password authentication failed")
        .hasMessageNotContaining("sesame");
  }

  @Test
  void thePasswordMayBeInTheFileWhereTheDriverLooks() throws Exception {
    PostgresUrl url = TestDatabase.create(SERVER::get);
    Path file = folder.resolve("pgpass");
    Files.writeString(file, "*:*:*:%s:%s\n".formatted(url.user(), url.password()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    System.setProperty("org.postgresql.pgpassfile", file.toString());
    try (Database database =
        Database.openPostgres(new PostgresUrl(url.place(), url.user(), null, Map.of()))) {
      queue(database, 1);
    } finally {
      System.clearProperty("org.postgresql.pgpassfile");
    }
  }
}
