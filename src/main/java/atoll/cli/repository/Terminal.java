package atoll.cli.repository;

import java.io.Console;
import java.io.EOFException;
import java.io.IOException;
import java.util.Optional;

/** The person at the terminal, if there is one: asked only for what must not be typed elsewhere. */
interface Terminal {
  /** The terminal of this process. */
  Terminal OF_PROCESS =
      new Terminal() {
        @Override
        public boolean isThere() {
          return console().isPresent();
        }

        @Override
        public char[] askSecret(String question) throws IOException {
          return console()
              .map(console -> console.readPassword("%s", question))
              .orElseThrow(() -> new EOFException("no answer to: " + question.strip()));
        }

        @Override
        public String ask(String question) throws IOException {
          return console()
              .map(console -> console.readLine("%s", question))
              .orElseThrow(() -> new EOFException("no answer to: " + question.strip()));
        }

        // Java has a console without a terminal, too: that would show what is typed.
        private Optional<Console> console() {
          return Optional.ofNullable(System.console()).filter(Console::isTerminal);
        }
      };

  /** Whether there is one; if not, nothing may be asked. */
  boolean isThere();

  /**
   * Asks for what is not shown while it is typed; the answer is to be overwritten by the caller.
   *
   * @throws IOException if input ends instead
   */
  char[] askSecret(String question) throws IOException;

  /**
   * Asks for a line.
   *
   * @throws IOException if input ends instead
   */
  String ask(String question) throws IOException;
}
