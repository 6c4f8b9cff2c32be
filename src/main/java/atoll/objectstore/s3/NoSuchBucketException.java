package atoll.objectstore.s3;

import java.io.IOException;

/** There is no bucket of this name. */
final class NoSuchBucketException extends IOException {
  private static final long serialVersionUID = 1L;

  NoSuchBucketException(String what) {
    super(what + ": there is no such bucket");
  }
}
