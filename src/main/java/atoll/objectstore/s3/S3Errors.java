package atoll.objectstore.s3;

import atoll.objectstore.Interruption;
import atoll.objectstore.NetworkFailure;
import atoll.objectstore.TemporaryFailureException;
import java.io.IOException;
import java.util.Set;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Says of an error of S3 what is wrong, and whether it may pass. */
final class S3Errors {
  private static final Set<String> PASSING =
      Set.of(
          "InternalError",
          "OperationAborted",
          "RequestTimeout",
          "ServiceUnavailable",
          "SlowDown",
          "Throttling",
          "ThrottlingException",
          "TooManyRequests",
          "BadDigest",
          "IncompleteBody");

  private static final Set<String> WRONG_CREDENTIALS =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "ExpiredToken",
          "InvalidToken",
          "TokenRefreshRequired");

  private static final Set<String> FULL =
      Set.of("QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull");

  private static final Set<String> WRONG_REGION =
      Set.of(
          "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException");

  private S3Errors() {}

  /** What the service calls the error, empty if it said nothing. */
  static String code(SdkException e) {
    if (e instanceof S3Exception answer && answer.awsErrorDetails() != null) {
      String code = answer.awsErrorDetails().errorCode();
      return code == null ? "" : code;
    }
    return "";
  }

  /** What to throw; {@code what} says what was tried, on what. */
  static IOException explained(String what, SdkException e) {
    if (e instanceof S3Exception answer) {
      return explained(what, answer);
    }
    if (e instanceof AbortedException || Thread.currentThread().isInterrupted()) {
      return Interruption.of(what, e);
    }
    if (e instanceof ApiCallAttemptTimeoutException || e instanceof ApiCallTimeoutException) {
      return new TemporaryFailureException(what + ": no answer in time");
    }
    String said = String.valueOf(e.getMessage());
    if (said.startsWith("Unable to load credentials")) {
      return new IOException(
          what
              + ": no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    }
    if (said.startsWith("Unable to load region")) {
      return new IOException(what + ": which region? Say region=... or set AWS_REGION");
    }
    return NetworkFailure.explained(what, e.getCause() == null ? e : e.getCause());
  }

  private static IOException explained(String what, S3Exception e) {
    String code = code(e);
    int status = e.statusCode();
    String said = said(code, e);
    if (WRONG_CREDENTIALS.contains(code)) {
      return new IOException(
          "%s: %s: the credentials are wrong; look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or at the profile"
              .formatted(what, said));
    }
    if (FULL.contains(code) || status == 507) {
      return new IOException(
          "%s: %s: the store is full; make room or raise the quota".formatted(what, said));
    }
    if (WRONG_REGION.contains(code) || status == 301) {
      return new IOException(
          "%s: %s: the bucket lies in another region; say which, region=...".formatted(what, said));
    }
    if (code.equals("NoSuchBucket")) {
      return new NoSuchBucketException(what);
    }
    if (status == 403) {
      return new IOException(
          "%s: %s: these credentials may not do that, or the bucket is somebody else's"
              .formatted(what, said));
    }
    if (PASSING.contains(code) || status >= 500 || status == 429 || status == 408) {
      return new TemporaryFailureException(what + ": " + said);
    }
    return new IOException(what + ": " + said);
  }

  /** Its code, its words, and what those who run the service find it by. */
  private static String said(String code, S3Exception e) {
    String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
    var said = new StringBuilder(code.isEmpty() ? "status " + e.statusCode() : code);
    if (message != null && !message.isEmpty()) {
      said.append(" (").append(message).append(')');
    }
    if (e.requestId() != null) {
      said.append(", request ").append(e.requestId());
    }
    return said.toString();
  }
}
