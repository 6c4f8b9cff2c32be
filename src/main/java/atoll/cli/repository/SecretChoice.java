package atoll.cli.repository;

import atoll.repository.Passphrase;
import atoll.repository.RepositoryKey;
import atoll.repository.RepositorySecret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the secret comes from that opens a repository: options before variables before questions.
 */
sealed interface SecretChoice {
  /** The variable that names a key file. */
  String KEY = "ATOLL_REPOSITORY_KEY";

  /** The variable that names a passphrase's file. */
  String PASSPHRASE_FILE = "ATOLL_REPOSITORY_PASSPHRASE_FILE";

  /** The variable that is a passphrase. */
  String PASSPHRASE = "ATOLL_REPOSITORY_PASSPHRASE";

  /** A key file. */
  record KeyFile(Path file) implements SecretChoice {}

  /** A file whose only line is a passphrase. */
  record PassphraseFile(Path file) implements SecretChoice {}

  /** A passphrase in a variable; it is read when needed, so that no record shows it. */
  record PassphraseVariable(Map<String, String> environment) implements SecretChoice {
    @Override
    public String toString() {
      return PASSPHRASE;
    }
  }

  /** A passphrase that is asked for. */
  record Question(Terminal terminal) implements SecretChoice {}

  /**
   * Chooses.
   *
   * @param key what was typed for a key file
   * @param passphraseFile what was typed for a passphrase
   * @throws IllegalArgumentException that says what to type, if it is not clear
   */
  static SecretChoice of(
      @Nullable Path key,
      @Nullable Path passphraseFile,
      Map<String, String> environment,
      Terminal terminal) {
    if (key != null && passphraseFile != null) {
      throw new IllegalArgumentException("a key file and a passphrase are named: one will do");
    }
    if (key != null) {
      return new KeyFile(key);
    }
    if (passphraseFile != null) {
      return new PassphraseFile(passphraseFile);
    }
    List<String> there = there(List.of(KEY, PASSPHRASE_FILE, PASSPHRASE), environment);
    if (there.size() > 1) {
      throw new IllegalArgumentException(
          "%s are both set: unset one, or say --key FILE or --passphrase-file FILE"
              .formatted(String.join(" and ", there)));
    }
    if (there.equals(List.of(KEY))) {
      return new KeyFile(Path.of(value(environment, KEY)));
    }
    return ofPassphrase(null, environment, terminal);
  }

  /** As {@link #of}, where it is a passphrase in any case. */
  static SecretChoice ofPassphrase(
      @Nullable Path passphraseFile, Map<String, String> environment, Terminal terminal) {
    if (passphraseFile != null) {
      return new PassphraseFile(passphraseFile);
    }
    List<String> there = there(List.of(PASSPHRASE_FILE, PASSPHRASE), environment);
    if (there.size() > 1) {
      throw new IllegalArgumentException(
          "%s are both set: unset one, or say --passphrase-file FILE"
              .formatted(String.join(" and ", there)));
    }
    if (there.equals(List.of(PASSPHRASE_FILE))) {
      return new PassphraseFile(Path.of(value(environment, PASSPHRASE_FILE)));
    }
    if (there.equals(List.of(PASSPHRASE))) {
      return new PassphraseVariable(environment);
    }
    if (terminal.isThere()) {
      return new Question(terminal);
    }
    throw new IllegalArgumentException(
        "which key? Say --key FILE or --passphrase-file FILE, or set %s, %s or %s"
            .formatted(KEY, PASSPHRASE_FILE, PASSPHRASE));
  }

  private static List<String> there(List<String> names, Map<String, String> environment) {
    return names.stream().filter(name -> !value(environment, name).isEmpty()).toList();
  }

  private static String value(Map<String, String> environment, String name) {
    return environment.getOrDefault(name, "");
  }

  /**
   * Reads a secret that opens {@code repository}.
   *
   * @throws IOException if it is not there, or is none
   */
  default RepositorySecret read(String repository) throws IOException {
    return switch (this) {
      case KeyFile(Path file) -> RepositoryKey.read(file);
      case PassphraseFile(Path file) -> Passphrase.read(file);
      case PassphraseVariable(Map<String, String> environment) ->
          Passphrase.of(value(environment, PASSPHRASE).toCharArray());
      case Question(Terminal terminal) -> asked(terminal, "Passphrase of " + repository + ": ");
    };
  }

  /**
   * Reads a passphrase that shall open a repository from now on; one that is asked for is asked for
   * twice.
   *
   * @throws IOException if it is too short, or typed in two ways
   */
  default Passphrase readNew() throws IOException {
    var passphrase =
        switch (this) {
          case KeyFile(Path file) -> throw new IllegalStateException(file + " is no passphrase");
          case PassphraseFile(Path file) -> Passphrase.read(file);
          case PassphraseVariable(Map<String, String> environment) ->
              Passphrase.of(value(environment, PASSPHRASE).toCharArray());
          case Question(Terminal terminal) -> asked(terminal, "New passphrase: ");
        };
    try {
      passphrase.requireStrong();
      if (this instanceof Question(Terminal terminal)) {
        requireSameAgain(passphrase, terminal);
      }
      return passphrase;
    } catch (IOException | RuntimeException e) {
      passphrase.close();
      throw e;
    }
  }

  private static void requireSameAgain(Passphrase passphrase, Terminal terminal)
      throws IOException {
    try (Passphrase again = asked(terminal, "The same again: ")) {
      if (!again.isSameAs(passphrase)) {
        throw new IOException("the two passphrases are not the same; nothing was changed");
      }
    }
  }

  private static Passphrase asked(Terminal terminal, String question) throws IOException {
    char[] answer = terminal.askSecret(question);
    try {
      return Passphrase.of(answer);
    } finally {
      Arrays.fill(answer, '\0');
    }
  }
}
