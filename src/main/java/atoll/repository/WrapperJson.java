package atoll.repository;

import org.jspecify.annotations.Nullable;

/** A wrapper of the master key; of a kind that is not a key file salt and bytes may be others. */
record WrapperJson(@Nullable String kind, @Nullable ObjectId salt, @Nullable String wrapped) {
  static final String KEY_FILE = "key-file";
}
