package atoll.cli.repository;

import atoll.repository.RepositoryKey;
import atoll.repository.RepositorySecret;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A key that a repository does not have yet. */
final class NewKeyOptions {
  @Option(names = "--passphrase", description = "A passphrase that is asked for on the terminal.")
  private boolean isAsked;

  @Option(
      names = "--new-passphrase-file",
      paramLabel = "FILE",
      description = "The passphrase that is the only line of a file.")
  private @Nullable Path passphraseFile;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "A key file; made if it is not there.")
  private @Nullable Path keyFile;

  /** Demands that what was typed is clear, before anything is done. */
  void check(RepositoryOptions options, Terminal terminal) {
    long said =
        Stream.of(isAsked, passphraseFile != null, keyFile != null).filter(is -> is).count();
    if (said != 1) {
      throw options.refused(
          "which new key? Say one of --passphrase, --new-passphrase-file FILE and --key-file FILE");
    }
    if (isAsked && !terminal.isThere()) {
      throw options.refused(
          "there is no terminal to ask for a passphrase on: say --new-passphrase-file FILE");
    }
  }

  /** Reads the key, or makes it. */
  RepositorySecret read(Terminal terminal, PrintWriter out) throws IOException {
    if (keyFile != null) {
      return keyFile(keyFile, out);
    }
    // What variables say opens the repository; the new one is another.
    return SecretChoice.ofPassphrase(passphraseFile, Map.of(), terminal).readNew();
  }

  /** Reads a key file, or makes one that is not there: before any repository depends on it. */
  static RepositoryKey keyFile(Path file, PrintWriter out) throws IOException {
    if (Files.exists(file)) {
      return RepositoryKey.read(file);
    }
    var key = RepositoryKey.generate(new SecureRandom());
    key.writeTo(file);
    out.printf(
        "made the key %s: keep a copy of it elsewhere; without a key nothing can be read%n", file);
    return key;
  }
}
