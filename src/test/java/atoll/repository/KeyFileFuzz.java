package atoll.repository;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The key file: an input is its content. */
public final class KeyFileFuzz implements FuzzTarget {
  private static final Path FILE = Path.of("key");

  @Override
  public List<byte[]> seeds() {
    String line = "atoll-key-1 " + "0123456789abcdef".repeat(4);
    return List.of(
        (line + "\n").getBytes(StandardCharsets.US_ASCII),
        line.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void feed(byte[] input) {
    allow(() -> {
      byte[] secret = RepositoryKey.read(FILE, new ByteArrayInputStream(input)).secret();
      String digits = new String(input, 12, 64, StandardCharsets.US_ASCII);
      demand(Arrays.equals(secret, Hex.bytes(digits, 32)), "another secret");
    });
  }
}
