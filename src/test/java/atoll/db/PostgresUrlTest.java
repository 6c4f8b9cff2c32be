package atoll.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlTest {
  private static PostgresUrl of(String text) {
    return PostgresUrl.of(text, Map.of());
  }

  @Test
  void theFormOfPostgresAndThatOfJdbcMeanTheSame() {
    PostgresUrl url = of("postgresql://me:s%40cret+@db.example.org:5433/atoll?sslmode=require");
    assertThat(url)
        .isEqualTo(
            new PostgresUrl(
                "db.example.org:5433/atoll", "me", "s@cret+", Map.of("sslmode", "require")))
        .isEqualTo(
            of(
                "jdbc:postgresql://db.example.org:5433/atoll?user=me&password=s%40cret%2B&sslmode=require"));
    assertThat(url.jdbc()).isEqualTo("jdbc:postgresql://db.example.org:5433/atoll?sslmode=require");
  }

  @Test
  void theEnvironmentsPasswordIsTakenWhereThereIsNoOther() {
    var environment = Map.of("PGPASSWORD", "theirs");
    assertThat(PostgresUrl.of("postgresql://me@[::1]/atoll", environment).password())
        .isEqualTo("theirs");
    assertThat(PostgresUrl.of("postgresql://me:mine@[::1]/atoll", environment).password())
        .isEqualTo("mine");
    assertThat(of("postgresql://localhost/atoll"))
        .isEqualTo(new PostgresUrl("localhost/atoll", null, null, Map.of()));
  }

  @Test
  void itsTextHasNoSecret() {
    assertThat(of("postgresql://me:secret@one,two:1/atoll?sslpassword=secret"))
        .hasToString("postgresql://me@one,two:1/atoll");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "atoll.db",
        "mysql://me:secret@localhost/atoll",
        "postgresql://me:secret@localhost",
        "postgresql://me:secret@localhost/",
        "postgresql://me:secret@/atoll",
        "postgresql://me:secret@localhost:port/atoll",
        "postgresql://localhost:66000/atoll",
        "postgresql://me:se/cret@localhost/atoll",
        "postgresql://me:se%cret@localhost/atoll",
        "postgresql:///run/postgresql/atoll"
      })
  void everythingElseIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not of the form postgresql://USER@HOST:PORT/NAME");
  }
}
