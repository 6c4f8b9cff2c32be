package atoll.repository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;

/**
 * Words that open a repository, and how hard they are made to guess when a key is wrapped with
 * them.
 *
 * <p>Source: docs/repository-format.md, "Keys".
 */
public final class Passphrase implements RepositorySecret {
  /** The fewest characters of a new one. */
  public static final int CHARACTERS_MIN = 12;

  private static final int CHARACTERS_MAX = 1024;
  private static final int BYTES_A_CHAR_MAX = 3;
  private static final int REPLACEMENT = 0xFFFD;
  private static final int FILE_BYTES_MAX = 4 * CHARACTERS_MAX;

  private final char[] text;
  private final Argon2Cost cost;
  private boolean isClosed;

  private Passphrase(char[] text, Argon2Cost cost) {
    this.text = text;
    this.cost = cost;
  }

  /**
   * Takes a copy of what a person typed.
   *
   * @throws IOException if it is empty, longer than 1024 characters, or was not understood
   */
  public static Passphrase of(char[] text) throws IOException {
    return of(text, Argon2Cost.DEFAULT);
  }

  /** As {@link #of(char[])}, where keys are wrapped with it at another cost. */
  static Passphrase of(char[] text, Argon2Cost cost) throws IOException {
    if (text.length == 0) {
      throw new IOException("the passphrase is empty");
    }
    if (text.length > CHARACTERS_MAX) {
      throw new IOException(
          "the passphrase is longer than %d characters".formatted(CHARACTERS_MAX));
    }
    requireWholeCharacters(text);
    return new Passphrase(text.clone(), cost);
  }

  /**
   * Where the character set of a terminal lacks a letter, Java puts the same sign in the place of
   * all such letters: many passphrases would be one, that anybody could guess.
   */
  private static void requireWholeCharacters(char[] text) throws IOException {
    boolean isWhole =
        CharBuffer.wrap(text)
            .codePoints()
            .noneMatch(c -> c == REPLACEMENT || Character.getType(c) == Character.SURROGATE);
    if (!isWhole) {
      throw new IOException(
          "the passphrase has letters that the character set of this terminal does not have; set"
              + " LC_ALL=C.UTF-8, or write the passphrase to a file in UTF-8");
    }
  }

  /**
   * Reads a file whose only line is the passphrase.
   *
   * @throws IOException if it is not there, or holds anything else than one line of UTF-8
   */
  public static Passphrase read(Path file) throws IOException {
    var bytes = new byte[0];
    var chars = CharBuffer.allocate(0);
    var line = new char[0];
    try (InputStream in = Files.newInputStream(file)) {
      // Whatever the file is, it need not fit into memory.
      bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      line = line(file, chars);
      return of(line);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " has no passphrase: it is not text in UTF-8", e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(chars.array(), '\0');
      Arrays.fill(line, '\0');
    }
  }

  /** The only line, without its end. */
  private static char[] line(Path file, CharBuffer chars) throws IOException {
    int length = chars.length();
    if (length > 0 && chars.get(length - 1) == '\n') {
      length -= length > 1 && chars.get(length - 2) == '\r' ? 2 : 1;
    }
    for (int i = 0; i < length; i++) {
      if (chars.get(i) == '\n') {
        throw new IOException(file + " has more than one line: a passphrase is its only one");
      }
    }
    if (length == 0 || length > CHARACTERS_MAX) {
      throw new IOException(
          "%s has no passphrase: its line has %s characters, and can have from 1 to %d"
              .formatted(file, length == 0 ? "no" : "too many", CHARACTERS_MAX));
    }
    return Arrays.copyOf(chars.array(), length);
  }

  /**
   * Demands what a new passphrase must have; one that opens a repository may be what it is.
   *
   * @throws IOException if it is too short
   */
  public void requireStrong() throws IOException {
    int characters = Character.codePointCount(text, 0, text.length);
    if (characters < CHARACTERS_MIN) {
      throw new IOException(
          ("a passphrase of %d characters is too short: whoever has a copy of the repository can try"
                  + " passphrases for as long as he likes. Take %d or more; five words, chosen by"
                  + " dice, are good")
              .formatted(characters, CHARACTERS_MIN));
    }
  }

  /** Whether both are the same words. */
  public boolean isSameAs(Passphrase other) {
    return Arrays.equals(text, other.text);
  }

  @Override
  public KeyKind kind() {
    return KeyKind.PASSPHRASE;
  }

  /** What it costs to try it where it wraps a key. */
  Argon2Cost cost() {
    return cost;
  }

  /**
   * Its bytes: UTF-8 of the normal form C of Unicode, since the same letter is typed as different
   * characters on different systems. To be overwritten by the caller.
   */
  byte[] bytes() {
    if (isClosed) {
      throw new IllegalStateException("a passphrase that was closed");
    }
    CharBuffer chars = CharBuffer.wrap(text);
    // A String cannot be overwritten, so only text that may have another form becomes one.
    boolean isAscii = chars.chars().allMatch(c -> c < 0x80);
    CharBuffer normal =
        isAscii ? chars : CharBuffer.wrap(Normalizer.normalize(chars, Normalizer.Form.NFC));
    var buffer = ByteBuffer.allocate(BYTES_A_CHAR_MAX * normal.length());
    CoderResult result = StandardCharsets.UTF_8.newEncoder().encode(normal, buffer, true);
    if (!result.isUnderflow()) {
      throw new IllegalStateException("a passphrase of " + normal.length() + " chars: " + result);
    }
    byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
    Arrays.fill(buffer.array(), (byte) 0);
    return bytes;
  }

  @Override
  public void close() {
    isClosed = true;
    Arrays.fill(text, '\0');
  }

  @Override
  public String toString() {
    return "passphrase"; // never the words: this may end in a log
  }
}
