package atoll.format.qcow2;

import java.util.Arrays;

/**
 * A set of clusters of a disk that knows the place of each in their order. A bit for each cluster,
 * in blocks that are only there where the set has something: at most 32 MiB for 16 TiB in clusters
 * of 64 KiB. Fill it, then {@link #seal} it, then ask from any thread.
 */
final class ClusterSet {
  private static final int BLOCK_WORDS = 1024;
  private static final int BLOCK_BITS = 16;
  private static final long[] NOTHING = new long[0];

  private final long[][] blocks;
  private final long[] countBefore;

  /** A set of clusters from 0 up to {@code clusters}. */
  ClusterSet(long clusters) {
    int length = (int) Math.ceilDiv(clusters, 1L << BLOCK_BITS);
    blocks = new long[length][];
    Arrays.fill(blocks, NOTHING);
    countBefore = new long[length + 1];
  }

  /** Adds the clusters from {@code from} to before {@code to}. */
  void add(long from, long to) {
    for (long word = from >>> 6; word <= (to - 1) >>> 6; word++) {
      int block = (int) (word / BLOCK_WORDS);
      if (blocks[block].length == 0) {
        blocks[block] = new long[BLOCK_WORDS];
      }
      blocks[block][(int) (word % BLOCK_WORDS)] |= mask(word, from, to);
    }
  }

  /** Counts what is in the set; nothing can be added any more. */
  void seal() {
    for (int block = 0; block < blocks.length; block++) {
      countBefore[block + 1] = countBefore[block] + bitCount(blocks[block], BLOCK_WORDS);
    }
  }

  /** How many clusters are in the set. */
  long count() {
    return countBefore[blocks.length];
  }

  /** How many clusters before this one are in the set. */
  long countBefore(long cluster) {
    long word = cluster >>> 6;
    int block = (int) (word / BLOCK_WORDS);
    int inBlock = (int) (word % BLOCK_WORDS);
    return countBefore[block]
        + bitCount(blocks[block], inBlock)
        + Long.bitCount(word(word) & ((1L << cluster) - 1));
  }

  boolean contains(long cluster) {
    return (word(cluster >>> 6) >>> cluster & 1) != 0;
  }

  /** Whether all clusters from {@code from} to before {@code to} are in the set. */
  boolean containsAll(long from, long to) {
    for (long word = from >>> 6; word <= (to - 1) >>> 6; word++) {
      long mask = mask(word, from, to);
      if ((word(word) & mask) != mask) {
        return false;
      }
    }
    return true;
  }

  /** Whether a cluster from {@code from} to before {@code to} is in the set. */
  boolean containsAny(long from, long to) {
    for (long word = from >>> 6; word <= (to - 1) >>> 6; word++) {
      if ((word(word) & mask(word, from, to)) != 0) {
        return true;
      }
    }
    return false;
  }

  private long word(long word) {
    long[] words = blocks[(int) (word / BLOCK_WORDS)];
    return words.length == 0 ? 0 : words[(int) (word % BLOCK_WORDS)];
  }

  /** The bits of a word that stand for clusters from {@code from} to before {@code to}. */
  private static long mask(long word, long from, long to) {
    long mask = -1L;
    if (word == from >>> 6) {
      mask &= -1L << from;
    }
    if (word == (to - 1) >>> 6) {
      mask &= -1L >>> -to;
    }
    return mask;
  }

  private static int bitCount(long[] words, int length) {
    int count = 0;
    for (int i = 0; i < Math.min(length, words.length); i++) {
      count += Long.bitCount(words[i]);
    }
    return count;
  }
}
