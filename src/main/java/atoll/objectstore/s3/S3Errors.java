package atoll.objectstore.s3;

import atoll.objectstore.TemporaryFailureException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
      Thread.currentThread().interrupt();
      return (IOException) new InterruptedIOException(what + ": interrupted").initCause(e);
    }
    if (e instanceof ApiCallAttemptTimeoutException || e instanceof ApiCallTimeoutException) {
      return new TemporaryFailureException(what + ": no answer in time", e);
    }
    IOException network = networkFailure(e);
    if (network != null) {
      String problem =
          network.getMessage() == null ? network.getClass().getSimpleName() : network.getMessage();
      return new TemporaryFailureException(what + ": " + problem, e);
    }
    return new IOException(what + ": " + e.getMessage(), e);
  }

  private static IOException explained(String what, S3Exception e) {
    String code = code(e);
    int status = e.statusCode();
    String said = said(code, e);
    if (WRONG_CREDENTIALS.contains(code)) {
      return new IOException(
          "%s: %s: the credentials are wrong; look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or at the profile"
              .formatted(what, said),
          e);
    }
    if (FULL.contains(code) || status == 507) {
      return new IOException(
          "%s: %s: the store is full; make room or raise the quota".formatted(what, said), e);
    }
    if (WRONG_REGION.contains(code) || status == 301) {
      return new IOException(
          "%s: %s: the bucket lies in another region; say which, region=...".formatted(what, said),
          e);
    }
    if (code.equals("NoSuchBucket")) {
      return new IOException(what + ": there is no such bucket", e);
    }
    if (status == 403) {
      return new IOException(
          "%s: %s: these credentials may not do that, or the bucket is somebody else's"
              .formatted(what, said),
          e);
    }
    if (PASSING.contains(code) || status >= 500 || status == 429 || status == 408) {
      return new TemporaryFailureException(what + ": " + said, e);
    }
    return new IOException(what + ": " + said, e);
  }

  private static String said(String code, S3Exception e) {
    String message = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
    String status = String.format(Locale.ROOT, "status %d", e.statusCode());
    if (code.isEmpty()) {
      return status;
    }
    return message == null || message.isEmpty() ? code : code + " (" + message + ")";
  }

  private static @Nullable IOException networkFailure(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException network) {
        return network;
      }
    }
    return null;
  }
}
