package atoll.db;

import java.lang.reflect.Field;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.postgresql.PGStatement;

/**
 * Hears every statement that is sent to a database, and asks the database how it does it.
 *
 * <p>A statement offends if it reads all of a table that grows, or sorts what it finds there. What
 * walks an index to fill a page, and leaves nothing out on its way, does neither.
 */
public final class QueryPlans {
  /** What there may be very many of. */
  private static final Set<String> LARGE =
      Set.of(
          "volumes",
          "snapshots",
          "backups",
          "points",
          "tasks",
          "messages",
          "attachments",
          "metadata",
          "keyed_calls",
          "layers");

  /** Indexes that find few rows, however many there are: sorting those is no matter. */
  private static final Set<String> FEW =
      Set.of(
          // of one point in time, one volume, one snapshot
          "snapshots_by_point",
          "backups_by_point",
          "volumes_by_awaited_point",
          "volumes_by_snapshot",
          "volumes_by_base_point",
          "snapshots_by_volume",
          "backups_by_volume",
          "backups_by_snapshot",
          "layers_by_volume",
          "points_by_volume",
          "messages_by_subject",
          // under way, or lost
          "points_by_state",
          "points_lost",
          "tasks_at_work",
          "volumes_by_reservation",
          "volumes_by_project_id",
          "attachments_by_instance",
          // those that somebody noted just this on
          "metadata_by_name");

  /** Indexes that have few rows in them, however many the table has. */
  private static final Set<String> FEW_IN_ALL = Set.of("points_lost", "tasks_at_work");

  private static final Pattern TABLE =
      Pattern.compile("\\b(?:from|join|update|into)\\s+(\\w+)(?:\\s+(?:as\\s+)?(\\w+))?");

  /** What follows a table and is not its other name. */
  private static final Set<String> WORDS =
      Set.of(
          "where",
          "set",
          "order",
          "group",
          "join",
          "left",
          "on",
          "limit",
          "union",
          "having",
          "returning",
          "values");

  private static final Pattern MARKER = Pattern.compile("\\([\\w., ]+\\) [<>] \\([?, ]+\\)");

  private final Jdbi reader;
  private final boolean isPostgres;

  /** How each was first sent, by how it looks with all lists made as short. */
  private final Map<String, String> sent = new ConcurrentHashMap<>();

  private QueryPlans(Jdbi reader, boolean isPostgres) {
    this.reader = reader;
    this.isPostgres = isPostgres;
  }

  /**
   * Begins to listen.
   *
   * @param owner a database, or what has one in a field {@code database}
   */
  public static QueryPlans of(Object owner) throws ReflectiveOperationException {
    Object database = owner instanceof Database ? owner : field(owner, "database");
    Object connections = field(database, "connections");
    Jdbi reader = (Jdbi) field(connections, "reader");
    var plans = new QueryPlans(reader, connections instanceof PostgresConnections);
    SqlLogger logger = plans.logger();
    reader.setSqlLogger(logger);
    ((Jdbi) field(connections, "writer")).setSqlLogger(logger);
    return plans;
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(owner);
  }

  private SqlLogger logger() {
    return new SqlLogger() {
      @Override
      public void logBeforeExecution(StatementContext context) {
        ParsedSql parsed = context.getParsedSql();
        if (parsed != null
            && parsed.getSql().matches("(?is)\\s*(select|insert|update|delete|with).*")) {
          String sql = parsed.getSql();
          // PostgreSQL's driver tells the values, too; SQLite's plans do not depend on them.
          sent.computeIfAbsent(shape(sql), _ -> isPostgres ? withValues(context) : sql);
        }
      }
    };
  }

  private static String withValues(StatementContext context) {
    try {
      return String.valueOf(context.getStatement().unwrap(PGStatement.class));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String shape(String sql) {
    return sql.replaceAll("\\?(\\s*,\\s*\\?)+", "?").replaceAll("\\s+", " ").strip();
  }

  /** How many statements were heard that differ. */
  public int size() {
    return sent.size();
  }

  /** Has PostgreSQL count its rows, as it does by itself after a while. */
  public void settle() {
    if (isPostgres) {
      reader.useHandle(handle -> {
        try {
          handle.getConnection().setReadOnly(false);
        } catch (SQLException e) {
          throw new IllegalStateException(e);
        }
        handle.execute("analyze");
      });
    }
  }

  /** The plans of the statements of which a part is asked for, with the statement before them. */
  public Map<String, List<String>> plans(String part) {
    var plans = new TreeMap<String, List<String>>();
    sent.forEach((shape, sql) -> {
      if (shape.contains(part)) {
        plans.put(shape, plan(sql));
      }
    });
    return plans;
  }

  /**
   * What offends, with its plan.
   *
   * @param excused parts of statements that may, each with the reason
   */
  public List<String> offences(Map<String, String> excused) {
    var offences = new ArrayList<String>();
    new TreeMap<>(sent)
        .forEach((shape, sql) -> {
          if (excused.keySet().stream().noneMatch(part -> matches(shape, part))) {
            List<String> plan = plan(sql);
            List<String> wrong =
                isPostgres ? wrongInPostgres(shape, plan) : wrongInSqlite(shape, plan);
            if (!wrong.isEmpty()) {
              offences.add(shape + "\n    " + String.join("\n    ", plan));
            }
          }
        });
    return offences;
  }

  /** Those of the excuses that nothing needs. */
  public List<String> idle(Map<String, String> excused) {
    return excused.keySet().stream()
        .filter(part -> sent.keySet().stream().noneMatch(shape -> matches(shape, part)))
        .toList();
  }

  private static boolean matches(String shape, String part) {
    return Pattern.compile(part).matcher(shape).find();
  }

  private List<String> plan(String sql) {
    return reader.inTransaction(handle -> {
      if (isPostgres) {
        // Few rows are read all at once with right; here it matters what is there for many.
        handle.execute("set local enable_seqscan = off");
        handle.execute("set local enable_bitmapscan = off");
        handle.execute("set local enable_hashjoin = off");
      }
      String explain = isPostgres ? "explain (costs off) " : "explain query plan ";
      try (var statement = handle.getConnection().createStatement();
          var rows = statement.executeQuery(explain + sql)) {
        var lines = new ArrayList<String>();
        while (rows.next()) {
          lines.add(rows.getString(isPostgres ? 1 : 4));
        }
        return lines;
      } catch (SQLException e) {
        throw new IllegalStateException(sql, e);
      }
    });
  }

  private static List<String> wrongInSqlite(String shape, List<String> plan) {
    Map<String, String> tables = tables(shape);
    boolean isLarge = false;
    var wrong = new ArrayList<String>();
    boolean sorts = plan.stream().anyMatch(line -> line.startsWith("USE TEMP B-TREE FOR ORDER"));
    for (String line : plan) {
      Matcher node = Pattern.compile("(SCAN|SEARCH) (\\w+)(.*)").matcher(line);
      if (node.matches() && LARGE.contains(tables.getOrDefault(node.group(2), node.group(2)))) {
        String index = node.group(3).replaceFirst(".*INDEX (\\w+).*", "$1");
        boolean isFew = FEW.contains(index) || index.startsWith("sqlite_autoindex");
        isLarge |= !isFew;
        boolean fillsPage = node.group(3).contains("USING") && !sorts && isPage(shape);
        if (node.group(1).equals("SCAN") && !fillsPage && !FEW_IN_ALL.contains(index)) {
          wrong.add(line);
        }
      }
    }
    if (sorts && isLarge) {
      wrong.add("sorts");
    }
    return wrong;
  }

  private static List<String> wrongInPostgres(String shape, List<String> plan) {
    var wrong = new ArrayList<String>();
    boolean sorts = plan.stream().anyMatch(line -> line.matches("\\s*(->  )?Sort"));
    boolean isLarge = false;
    for (int i = 0; i < plan.size(); i++) {
      Matcher node =
          Pattern.compile(
                  ".*?(Seq Scan|Index Scan|Index Only Scan)( Backward)?(?: using (\\w+))? on (\\w+).*")
              .matcher(plan.get(i));
      // Of layers there are none in a test, and PostgreSQL knows it.
      boolean isLargeTable =
          node.matches() && LARGE.contains(node.group(4)) && !node.group(4).equals("layers");
      if (isLargeTable) {
        String index = String.valueOf(node.group(3));
        boolean isFew = FEW.contains(index) || index.matches("\\w+_(pkey|key)");
        isLarge |= !isFew;
        boolean isFound = i + 1 < plan.size() && plan.get(i + 1).contains("Index Cond:");
        boolean fillsPage = node.group(3) != null && !sorts && isPage(shape);
        if (!isFound && !fillsPage && !FEW_IN_ALL.contains(index)) {
          wrong.add(plan.get(i));
        }
      }
    }
    if (sorts && isLarge) {
      wrong.add("sorts");
    }
    return wrong;
  }

  /** Whether it ends when a page is full, and leaves out none of the rows on its way. */
  private static boolean isPage(String shape) {
    Matcher page = Pattern.compile("(?s).*? where (.*) order by .* limit .*").matcher(shape);
    if (!page.matches()) {
      return false;
    }
    String conditions =
        MARKER
            .matcher(page.group(1))
            .replaceAll("")
            .replaceAll("\\w+\\.deleted_at is null", "")
            // these leave out the few that are lost, under way, or about to be removed
            .replaceAll("\\w+\\.point_id not in \\(select id from points where .*?\\)", "")
            .replaceAll("m\\.expires_at > \\?", "")
            .replaceAll("m\\.kind in \\(\\?\\)", "")
            .replaceAll("\\band\\b", "")
            .strip();
    return conditions.isEmpty();
  }

  /** The tables of a statement by their other names. */
  private static Map<String, String> tables(String shape) {
    var tables = new LinkedHashMap<String, String>();
    Matcher matcher = TABLE.matcher(shape);
    while (matcher.find()) {
      String other = matcher.group(2);
      if (other != null && !WORDS.contains(other)) {
        tables.put(other, matcher.group(1));
      }
    }
    return tables;
  }
}
