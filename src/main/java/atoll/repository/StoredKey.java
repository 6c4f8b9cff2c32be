package atoll.repository;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key of a repository, as its store describes it to anybody: kind, label and time are plain and
 * not authenticated. They may be shown on a terminal.
 *
 * @param id 32 hexadecimal digits, if this is of Atoll
 * @param kind as wrappers spell it; may be of a later version
 * @param label what its owner calls it; empty if he does not
 * @param createdAt when it was made; null if that is not known
 * @param damage what is wrong with it; null if nothing is to be seen
 */
public record StoredKey(
    String id, String kind, String label, @Nullable Instant createdAt, @Nullable String damage) {
  /** The most characters of a label. */
  public static final int LABEL_MAX = 100;

  /** Makes what strangers may have written fit to be shown. */
  public StoredKey {
    kind = bounded(kind);
    label = bounded(label);
    damage = damage == null ? null : shown(damage);
  }

  /** Whether this version can open a repository with it, given its secret. */
  public boolean isUsable() {
    return damage == null && KeyKind.of(kind) != null;
  }

  /** Whether a label can be kept: no longer than the bound, and without control characters. */
  public static boolean isLabel(String text) {
    return text.length() <= LABEL_MAX && text.equals(shown(text));
  }

  private static String bounded(String text) {
    return shown(text.length() > LABEL_MAX ? text.substring(0, LABEL_MAX) : text);
  }

  /** A control character could make a terminal show anything. */
  private static String shown(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
  }
}
