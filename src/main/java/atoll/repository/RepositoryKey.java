package atoll.repository;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The secret that opens a repository, kept in a key file: one line of text. Without it nothing can
 * be read, by anybody.
 *
 * <p>Source: docs/repository-format.md, "Keys".
 */
public final class RepositoryKey implements RepositorySecret {
  private static final int SECRET_BYTES = 32;
  private static final int LINE_BYTES_MAX = 12 + 2 * SECRET_BYTES + 1;
  private static final Pattern LINE = Pattern.compile("atoll-key-1 ([0-9a-f]{64})\n?");

  private final byte[] secret;
  private boolean isClosed;

  private RepositoryKey(byte[] secret) {
    this.secret = secret;
  }

  /** Makes a key that nobody has. */
  public static RepositoryKey generate(SecureRandom random) {
    var secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new RepositoryKey(secret);
  }

  /**
   * Reads a key file.
   *
   * @throws IOException if there is none, or it is not a key file
   */
  public static RepositoryKey read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in);
    }
  }

  /** As {@link #read(Path)}, where {@code in} is the content of the file. */
  static RepositoryKey read(Path file, InputStream in) throws IOException {
    // Whatever the file is, it need not fit into memory.
    byte[] bytes = in.readNBytes(LINE_BYTES_MAX + 1);
    Matcher line = LINE.matcher(new String(bytes, StandardCharsets.US_ASCII));
    if (!line.matches()) {
      throw new IOException(file + " is not a key file: its line is not 'atoll-key-1 <64 digits>'");
    }
    return new RepositoryKey(Hex.bytes(line.group(1), SECRET_BYTES));
  }

  /**
   * Writes the key to a new file that only its owner may read, durably.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file is there: a key is never replaced
   */
  public void writeTo(Path file) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    byte[] line = ("atoll-key-1 " + Hex.text(secret()) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (var channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), ownerOnly)) {
      var buffer = ByteBuffer.wrap(line);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (var channel = FileChannel.open(folder)) {
        channel.force(true);
      }
    }
  }

  @Override
  public KeyKind kind() {
    return KeyKind.KEY_FILE;
  }

  /** A copy of the secret, to be overwritten by the caller. */
  byte[] secret() {
    if (isClosed) {
      throw new IllegalStateException("a key that was closed");
    }
    return secret.clone();
  }

  @Override
  public void close() {
    isClosed = true;
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return "repository key"; // never the secret: this may end in a log
  }
}
