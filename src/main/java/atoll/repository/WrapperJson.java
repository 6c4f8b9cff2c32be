package atoll.repository;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A wrapper of the master key, of a kind that this version knows. Only {@code salt}, {@code
 * wrapped} and, of a passphrase, {@code argon2id} are needed to open it: what else there is tells
 * people which it is.
 */
record WrapperJson(
    @Nullable String kind,
    @Nullable UUID repository,
    @Nullable Argon2Cost argon2id,
    @Nullable ObjectId salt,
    @Nullable String wrapped,
    @Nullable String label,
    @Nullable Instant createdAt) {
  /**
   * Reads a wrapper of a kind that this version knows.
   *
   * @throws DamagedObjectException if it lacks what is needed to open it, or is out of bounds
   */
  static WrapperJson read(byte[] object, String objectKey) throws DamagedObjectException {
    var json = Json.read(object, WrapperJson.class, objectKey);
    boolean isPassphrase = KeyKind.of(json.kind) == KeyKind.PASSPHRASE;
    if (json.salt == null || json.wrapped == null || isPassphrase != (json.argon2id != null)) {
      throw new DamagedObjectException(
          objectKey,
          0,
          isPassphrase ? "argon2id, salt and wrapped" : "salt and wrapped, and no argon2id",
          "other fields");
    }
    return json;
  }

  /** What is looked at first: of another kind all else may be otherwise. */
  record Kind(@Nullable String kind) {}
}
