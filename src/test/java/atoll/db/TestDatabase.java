package atoll.db;

import atoll.objectstore.RealServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteDataSource;

/**
 * The databases of tests: SQLite, each in a folder; or, with {@code -Datoll.database=postgresql},
 * one for each folder on a PostgreSQL server that runs for as long as the JVM does.
 */
public final class TestDatabase {
  private static final String FILE_NAME = "atoll.db";
  private static final boolean POSTGRES = "postgresql".equals(System.getProperty("atoll.database"));

  /**
   * Of a language whose letters are sorted, and made small, in another way than bytes: what is
   * right there is right everywhere.
   */
  private static final String TURKISH =
      "template template0 locale_provider icu icu_locale 'tr-TR' encoding 'UTF8'";

  private static final Map<Path, PostgresUrl> MADE = new ConcurrentHashMap<>();

  private TestDatabase() {}

  /** The server, and on it a database with all tables, of which the others are copies. */
  private static final class Server {
    private static final RealServer SERVER = RealServer.startUntilExit(RealServer.POSTGRES);
    private static final String COPY = "template " + withTables();

    private static String withTables() {
      PostgresUrl url = create(SERVER::get, TURKISH);
      try (var _ = Database.openPostgres(url)) {
        return url.place().replaceAll(".*/", "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** A SQLite database with all tables, of which the others are copies. */
  private static final class Tables {
    private static final byte[] FILE = withTables();

    private static byte[] withTables() {
      try {
        Path folder = Files.createTempDirectory("atoll-tables");
        Path file = folder.resolve(FILE_NAME);
        Database.openSqlite(file).close();
        byte[] content = Files.readAllBytes(file);
        Files.delete(file);
        Files.delete(folder);
        return content;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Opens the database of a folder; it is made if it is not there. */
  public static Database open(Path folder) throws IOException {
    return new Database(connections(folder));
  }

  /** The same, where {@code plan} says what becomes of each transaction. */
  public static Database openFaulty(Path folder, FaultyConnections.Plan plan) throws IOException {
    return new Database(new FaultyConnections(connections(folder), plan));
  }

  private static Connections connections(Path folder) throws IOException {
    PostgresUrl url = url(folder);
    return url == null
        ? SqliteConnections.open(folder.resolve(FILE_NAME))
        : PostgresConnections.open(url);
  }

  /**
   * Where the database of a folder is on the server; null if it is in the folder. It is made if it
   * is not there.
   */
  public static @Nullable PostgresUrl url(Path folder) throws IOException {
    if (POSTGRES) {
      return MADE.computeIfAbsent(
          folder.toAbsolutePath(), _ -> create(Server.SERVER::get, Server.COPY));
    }
    Path file = Files.createDirectories(folder).resolve(FILE_NAME);
    if (!Files.exists(file)) {
      Files.write(file, Tables.FILE);
    }
    return null;
  }

  /** A connection to the database of a folder that was opened before, past everything. */
  public static Connection connect(Path folder) throws SQLException {
    return bare(folder).getConnection();
  }

  /** The database of a folder as the driver has it, before anybody opened it: without tables. */
  static DataSource bare(Path folder) {
    if (POSTGRES) {
      PostgresUrl url =
          MADE.computeIfAbsent(folder.toAbsolutePath(), _ -> create(Server.SERVER::get));
      return url.source();
    }
    var source = new SQLiteDataSource();
    source.setUrl("jdbc:sqlite:" + folder.resolve(FILE_NAME));
    return source;
  }

  /** Makes a database without tables on a server whose script said where it is. */
  static PostgresUrl create(UnaryOperator<String> said) {
    return create(said, TURKISH);
  }

  static PostgresUrl create(UnaryOperator<String> said, String how) {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    jdbi(url(said, "postgres"))
        .useHandle(handle -> handle.execute("create database %s %s".formatted(name, how)));
    return url(said, name);
  }

  private static PostgresUrl url(UnaryOperator<String> said, String name) {
    return PostgresUrl.of(
        "postgresql://%s:%s@%s:%s/%s"
            .formatted(
                said.apply("POSTGRES_USER"),
                said.apply("POSTGRES_PASSWORD"),
                said.apply("POSTGRES_HOST"),
                said.apply("POSTGRES_PORT"),
                name),
        Map.of());
  }

  /** Statements on a database, past everything. */
  static Jdbi jdbi(PostgresUrl url) {
    return Jdbi.create(url.source());
  }
}
