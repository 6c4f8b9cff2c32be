package atoll.repository;

import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A key file or passphrase that does not open a repository. */
public final class WrongKeyException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Says that what was given is no key of this repository, and which it takes.
   *
   * @param damage a key of it that may be the one meant, but cannot be read
   */
  WrongKeyException(
      UUID repository, KeyKind given, List<StoredKey> there, @Nullable IOException damage) {
    super(
        "%s repository %s, which has %s"
            .formatted(
                there.stream().anyMatch(key -> key.kind().equals(given.spelling()))
                    ? "the " + given.words() + " opens no key of"
                    : "no " + given.words() + " opens",
                repository,
                described(there)),
        damage);
  }

  /** Such as {@code 1 key file and 2 passphrases}. */
  private static String described(List<StoredKey> keys) {
    var words = new StringBuilder();
    for (KeyKind kind : KeyKind.values()) {
      long count = keys.stream().filter(key -> key.kind().equals(kind.spelling())).count();
      words.append(words.isEmpty() ? "" : " and ").append(kind.counted(count));
    }
    long others = keys.stream().filter(key -> !key.isUsable()).count();
    return others == 0
        ? words.toString()
        : words + "; " + others + " of its keys this version of Atoll cannot read";
  }
}
