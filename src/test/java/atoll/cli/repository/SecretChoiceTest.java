package atoll.cli.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.repository.KeyKind;
import atoll.repository.Passphrase;
import atoll.repository.RepositorySecret;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SecretChoiceTest {
  private static final String WORDS = "five words chosen by dice";
  private static final Path FILE = Path.of("file");

  /** Somebody who answers what he was told to. */
  private static final class Person implements Terminal {
    private final Deque<String> answers;
    private final List<String> questions = new ArrayList<>();
    private final List<char[]> given = new ArrayList<>();

    Person(String... answers) {
      this.answers = new ArrayDeque<>(List.of(answers));
    }

    @Override
    public boolean isThere() {
      return true;
    }

    @Override
    public char[] askSecret(String question) throws IOException {
      char[] answer = ask(question).toCharArray();
      given.add(answer);
      return answer;
    }

    @Override
    public String ask(String question) throws IOException {
      questions.add(question);
      if (answers.isEmpty()) {
        throw new EOFException(question);
      }
      return answers.remove();
    }
  }

  /** No terminal; nothing is asked. */
  private static final class Nobody implements Terminal {
    @Override
    public boolean isThere() {
      return false;
    }

    @Override
    public char[] askSecret(String question) {
      throw new AssertionError("asked: " + question);
    }

    @Override
    public String ask(String question) {
      throw new AssertionError("asked: " + question);
    }
  }

  private static SecretChoice of(Map<String, String> environment) {
    return SecretChoice.of(null, null, environment, new Nobody());
  }

  @Test
  void whatIsTypedComesBeforeVariablesAndTheseBeforeQuestions() {
    Map<String, String> all =
        Map.of(
            SecretChoice.KEY, "k", SecretChoice.PASSPHRASE_FILE, "p", SecretChoice.PASSPHRASE, "w");
    var person = new Person();
    assertThat(SecretChoice.of(FILE, null, all, person)).isEqualTo(new SecretChoice.KeyFile(FILE));
    assertThat(SecretChoice.of(null, FILE, all, person))
        .isEqualTo(new SecretChoice.PassphraseFile(FILE));
    assertThat(SecretChoice.of(null, null, Map.of(SecretChoice.KEY, "k"), person))
        .isEqualTo(new SecretChoice.KeyFile(Path.of("k")));
    assertThat(SecretChoice.of(null, null, Map.of(SecretChoice.PASSPHRASE_FILE, "p"), person))
        .isEqualTo(new SecretChoice.PassphraseFile(Path.of("p")));
    assertThat(SecretChoice.of(null, null, Map.of(SecretChoice.PASSPHRASE, "w"), person))
        .isInstanceOf(SecretChoice.PassphraseVariable.class);
    assertThat(SecretChoice.of(null, null, Map.of(SecretChoice.KEY, ""), person))
        .isEqualTo(new SecretChoice.Question(person));
    assertThat(person.questions).isEmpty();
    // A key's variable says nothing where it is to be a passphrase.
    assertThat(SecretChoice.ofPassphrase(null, Map.of(SecretChoice.KEY, "k"), person))
        .isEqualTo(new SecretChoice.Question(person));
  }

  @ParameterizedTest
  @CsvSource({
    "ATOLL_REPOSITORY_KEY, ATOLL_REPOSITORY_PASSPHRASE",
    "ATOLL_REPOSITORY_KEY, ATOLL_REPOSITORY_PASSPHRASE_FILE",
    "ATOLL_REPOSITORY_PASSPHRASE_FILE, ATOLL_REPOSITORY_PASSPHRASE"
  })
  void whatIsNotClearIsNotGuessed(String one, String other) {
    assertThatThrownBy(() -> of(Map.of(one, "x", other, WORDS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(one + " and " + other)
        .hasMessageNotContaining(WORDS);
    assertThatThrownBy(() -> SecretChoice.of(FILE, FILE, Map.of(), new Nobody()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> of(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--key FILE or --passphrase-file FILE");
  }

  @Test
  void passphraseOfTheEnvironmentIsReadAndNotShown() throws IOException {
    SecretChoice choice = of(Map.of(SecretChoice.PASSPHRASE, WORDS));
    assertThat(choice.toString()).doesNotContain(WORDS);
    try (RepositorySecret secret = choice.read("/srv/backups");
        Passphrase expected = Passphrase.of(WORDS.toCharArray())) {
      assertThat(secret.kind()).isEqualTo(KeyKind.PASSPHRASE);
      assertThat(((Passphrase) secret).isSameAs(expected)).isTrue();
    }
  }

  @Test
  void questionNamesTheRepositoryAndTheAnswerIsOverwritten() throws IOException {
    var person = new Person(WORDS);
    SecretChoice.of(null, null, Map.of(), person).read("/srv/backups").close();
    assertThat(person.questions).containsExactly("Passphrase of /srv/backups: ");
    assertThat(new String(person.given.getFirst())).isEqualTo("\0".repeat(WORDS.length()));
  }

  @Test
  void newOneIsAskedForTwice() throws IOException {
    var person = new Person(WORDS, WORDS);
    new SecretChoice.Question(person).readNew().close();
    assertThat(person.questions).containsExactly("New passphrase: ", "The same again: ");
    assertThatThrownBy(() -> new SecretChoice.Question(new Person(WORDS, WORDS + "x")).readNew())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not the same");
    var hasty = new Person("short");
    assertThatThrownBy(() -> new SecretChoice.Question(hasty).readNew())
        .hasMessageContaining("12 or more");
    assertThat(hasty.questions).hasSize(1);
    assertThatThrownBy(() -> new SecretChoice.Question(new Person()).read("x"))
        .isInstanceOf(EOFException.class);
  }
}
