package atoll.objectstore.s3;

import org.jspecify.annotations.Nullable;

/** What requests are signed with; {@code sessionToken} belongs to keys that are lent. */
public record S3Credentials(
    String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
  @Override
  public String toString() {
    return accessKeyId; // the secret is for nobody's log
  }
}
