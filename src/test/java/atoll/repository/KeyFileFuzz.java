package atoll.repository;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The key file: an input is its content. */
public final class KeyFileFuzz implements FuzzTarget {
  private final Path folder;
  private final Path file;

  /** Keeps the file in {@code folder}. */
  public KeyFileFuzz(Path folder) {
    this.folder = folder;
    this.file = folder.resolve("key");
  }

  @Override
  public List<byte[]> seeds() {
    String line = "atoll-key-1 " + "0123456789abcdef".repeat(4);
    return List.of(
        (line + "\n").getBytes(StandardCharsets.US_ASCII),
        line.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void feed(byte[] input) throws IOException {
    Files.write(file, input);
    allow(() -> {
      byte[] secret = RepositoryKey.read(file).secret();
      String digits = new String(input, 12, 64, StandardCharsets.US_ASCII);
      demand(Arrays.equals(secret, Hex.bytes(digits, 32)), "another secret");
    });
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(folder);
  }
}
