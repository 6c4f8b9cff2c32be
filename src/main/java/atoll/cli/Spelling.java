package atoll.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Finds the word that was meant.
 *
 * <p>picocli's own suggestions compare pairs of letters and so find nothing for {@code dmeo}.
 */
public final class Spelling {
  private Spelling() {}

  /** The known word closest to {@code typed}, unless too many letters would be wrong. */
  public static Optional<String> closest(String typed, Collection<String> known) {
    return known.stream()
        .filter(word -> distance(typed, word) <= 1 + word.length() / 4)
        .min(Comparator.comparingInt(word -> distance(typed, word)));
  }

  /**
   * How many letters must be put in, left out, replaced or swapped with their neighbour to make one
   * word of the other: the optimal string alignment distance.
   */
  static int distance(String a, String b) {
    var cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
    least = Math.min(least, cost[i - 1][j - 1] + (same ? 0 : 1));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
