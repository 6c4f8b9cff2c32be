package atoll.repository;

import java.io.IOException;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * How hard it is to try a passphrase: the parameters of Argon2id, which fills memory over and over.
 *
 * <p>They come from a store that may be hostile, so what they ask for is bounded when they are
 * made: 1 GiB, and 4 GiB filled in all.
 *
 * <p>Source: RFC 9106, "Argon2 Inputs and Outputs"; docs/repository-format.md, "Keys".
 *
 * @param memoryKib how much memory it takes, in KiB
 * @param passes how often that is filled
 * @param lanes how many threads could share the work
 */
record Argon2Cost(int memoryKib, int passes, int lanes) {
  /**
   * Twice the memory that RFC 9106 recommends where memory is scarce, and a quarter of a heap of
   * 512 MiB. Every command pays it once: the RFC's first recommendation, 2 GiB, would shut out
   * small hosts.
   */
  static final Argon2Cost DEFAULT = new Argon2Cost(128 << 10, 3, 4);

  private static final int SECRET_BYTES = 32;
  private static final int MEMORY_KIB_MAX = 1 << 20;
  private static final int LANES_MAX = 64;
  private static final int PASSES_MAX = 1 << 16;
  private static final long WORK_KIB_MAX = 4 << 20;

  /** Checks the bounds. */
  Argon2Cost {
    require("lanes", lanes, 1, LANES_MAX);
    require("memory_kib", memoryKib, 8 * lanes, MEMORY_KIB_MAX);
    require("passes", passes, 1, PASSES_MAX);
    if ((long) memoryKib * passes > WORK_KIB_MAX) {
      throw new IllegalArgumentException(
          "memory_kib %d, filled %d times, is more than %d in all"
              .formatted(memoryKib, passes, WORK_KIB_MAX));
    }
  }

  private static void require(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d and can be from %d to %d".formatted(field, value, least, most));
    }
  }

  /** How much memory is filled in all, in KiB: what the time it takes goes with. */
  long workKib() {
    return (long) memoryKib * passes;
  }

  /**
   * The 32 bytes that a passphrase becomes.
   *
   * @throws IOException if Java has not the memory for it
   */
  byte[] derive(byte[] passphrase, byte[] salt) throws IOException {
    requireMemory(Runtime.getRuntime().maxMemory());
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(memoryKib)
            .withIterations(passes)
            .withParallelism(lanes)
            .withSalt(salt)
            .build());
    var secret = new byte[SECRET_BYTES];
    generator.generateBytes(passphrase, secret);
    return secret;
  }

  /** Says before it is tried that memory will not do: an error of Java's would say less. */
  void requireMemory(long heapBytes) throws IOException {
    long neededBytes = memoryKib * 1024L;
    if (neededBytes > heapBytes / 4 * 3) {
      throw new IOException(
          ("a passphrase of this repository takes %d MiB of memory to try, and Java may use %d MiB"
                  + " in all; the environment variable JDK_JAVA_OPTIONS=-Xmx%dm gives it enough")
              .formatted(neededBytes >> 20, heapBytes >> 20, (neededBytes >> 19) + 64));
    }
  }
}
