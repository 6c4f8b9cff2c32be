package atoll.repository;

import org.jspecify.annotations.Nullable;

/** The kinds of keys that this version of Atoll can open a repository with. */
public enum KeyKind {
  /** A file with a random secret. */
  KEY_FILE("key-file"),
  /** Words that a person knows. */
  PASSPHRASE("passphrase");

  private final String spelling;

  KeyKind(String spelling) {
    this.spelling = spelling;
  }

  /** As wrappers spell it. */
  public String spelling() {
    return spelling;
  }

  /** As people say it. */
  public String words() {
    return spelling.replace('-', ' ');
  }

  /** So many of it, as people say it: {@code 2 passphrases}. */
  String counted(long count) {
    return count + " " + words() + (count == 1 ? "" : "s");
  }

  /** The kind that is spelled so; null for one of a later version. */
  static @Nullable KeyKind of(@Nullable String spelling) {
    for (KeyKind kind : values()) {
      if (kind.spelling.equals(spelling)) {
        return kind;
      }
    }
    return null;
  }
}
