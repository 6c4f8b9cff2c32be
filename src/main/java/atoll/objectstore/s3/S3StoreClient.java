package atoll.objectstore.s3;

import atoll.objectstore.Bandwidth;
import atoll.objectstore.BufferInputStream;
import atoll.objectstore.CertificateFile;
import atoll.objectstore.ListedPage;
import atoll.objectstore.NetworkFailure;
import atoll.objectstore.NoSuchObjectException;
import atoll.objectstore.ObjectTooLongException;
import atoll.objectstore.RefusedConditionException;
import atoll.objectstore.StoreClient;
import atoll.objectstore.TemporaryFailureException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A bucket, by Amazon's own library; its retries are off, because ours are better informed. */
public final class S3StoreClient implements StoreClient {
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

  /** What a store that is Swift puts into every answer: its listings lag, whatever it speaks. */
  private static final String SWIFT_HEADER = "x-trans-id";

  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT = 409;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  private final S3Bucket bucket;
  private final S3Client s3;
  private volatile boolean isSwift;

  private S3StoreClient(S3Bucket bucket, S3Client s3) {
    this.bucket = bucket;
    this.s3 = s3;
  }

  /** Makes a client; nothing is asked of the service yet. */
  public static S3StoreClient of(S3Bucket bucket, Bandwidth bandwidth) throws IOException {
    try {
      return new S3StoreClient(bucket, newS3(bucket, bandwidth));
    } catch (SdkException e) {
      throw S3Errors.explained("s3://" + bucket.name(), e);
    }
  }

  private static S3Client newS3(S3Bucket bucket, Bandwidth bandwidth) throws IOException {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClient(new LimitedHttpClient(http(bucket), bandwidth))
            .forcePathStyle(bucket.hasPathStyle())
            // Servers other than Amazon's do not know trailing checksums.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
    if (bucket.endpoint() != null) {
      builder.endpointOverride(bucket.endpoint());
    }
    if (bucket.region() != null) {
      builder.region(Region.of(bucket.region()));
    }
    S3Credentials keys = bucket.credentials();
    builder.credentialsProvider(
        keys == null
            ? DefaultCredentialsProvider.builder().build()
            : StaticCredentialsProvider.create(
                keys.sessionToken() == null
                    ? AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())
                    : AwsSessionCredentials.create(
                        keys.accessKeyId(), keys.secretAccessKey(), keys.sessionToken())));
    return builder.build();
  }

  private static SdkHttpClient http(S3Bucket bucket) throws IOException {
    var http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(CONNECTION_TIMEOUT)
            .socketTimeout(bucket.traffic().timeout());
    if (bucket.certificates() != null) {
      TrustManager[] trusted = CertificateFile.trustManagers(bucket.certificates());
      http.tlsTrustManagersProvider(() -> trusted);
    }
    return http.build();
  }

  @Override
  public void check() throws IOException {
    // A listing, not a HEAD: its refusal has a body that says why.
    ListObjectsV2Response answer =
        call(
            "look at",
            "",
            () ->
                s3.listObjectsV2(
                    r -> r.bucket(bucket.name()).maxKeys(1).overrideConfiguration(within(0))));
    isSwift = answer.sdkHttpResponse().firstMatchingHeader(SWIFT_HEADER).isPresent();
  }

  @Override
  public void create() throws IOException {
    try {
      check();
    } catch (NoSuchBucketException e) {
      call("make", "", () -> s3.createBucket(r -> r.bucket(bucket.name())));
    }
  }

  @Override
  public void put(String name, ByteBuffer content) throws IOException {
    call("put", name, () -> put(name, content, _ -> {}));
  }

  @Override
  public boolean putNew(String name, ByteBuffer content) throws IOException {
    try {
      put(name, content, request -> request.ifNoneMatch("*"));
      return true;
    } catch (SdkException e) {
      if (status(e) == PRECONDITION_FAILED || status(e) == CONFLICT) {
        return false; // 409: another's is just being put
      }
      throw RefusedConditionException.of(status(e), S3Errors.explained(what("put", name), e));
    }
  }

  private boolean put(String name, ByteBuffer content, Consumer<PutObjectRequest.Builder> more) {
    int bytes = content.remaining();
    s3.putObject(
        request -> {
          request.bucket(bucket.name()).key(name).overrideConfiguration(within(bytes));
          more.accept(request);
        },
        RequestBody.fromContentProvider(
            () -> new BufferInputStream(content), bytes, "application/octet-stream"));
    return true;
  }

  @Override
  public ByteBuffer get(String name, int bytesMax) throws IOException {
    try (ResponseInputStream<GetObjectResponse> in = open(name, bytesMax, _ -> {})) {
      long bytes = in.response().contentLength();
      if (bytes > bytesMax) {
        in.abort();
        throw new ObjectTooLongException(toString(), name, bytes, bytesMax);
      }
      var content = ByteBuffer.allocate((int) bytes);
      fill(content, in, name);
      return content.flip();
    }
  }

  @Override
  public void get(String name, long offsetBytes, ByteBuffer destination) throws IOException {
    int bytes = destination.remaining();
    String range = "bytes=%d-%d".formatted(offsetBytes, offsetBytes + bytes - 1);
    try (ResponseInputStream<GetObjectResponse> in =
        open(name, bytes, request -> request.range(range))) {
      if (in.response().contentRange() == null) {
        in.abort();
        throw new IOException(what("get", name) + ": the service does not know ranges");
      }
      if (in.response().contentLength() < bytes) {
        in.abort();
        throw new EOFException(what("get", name) + ": it ends before");
      }
      fill(destination.duplicate(), in, name);
    }
  }

  private ResponseInputStream<GetObjectResponse> open(
      String name, int bytes, Consumer<GetObjectRequest.Builder> more) throws IOException {
    return call(
        "get",
        name,
        () -> {
          try {
            return s3.getObject(request -> {
              request.bucket(bucket.name()).key(name).overrideConfiguration(within(bytes));
              more.accept(request);
            });
          } catch (SdkException e) {
            if (S3Errors.code(e).equals("NoSuchKey")) {
              throw new NoSuchObjectException(toString(), name);
            }
            if (status(e) == RANGE_NOT_SATISFIABLE) {
              throw new EOFException(what("get", name) + ": it ends before");
            }
            throw e;
          }
        });
  }

  private void fill(ByteBuffer destination, InputStream in, String name) throws IOException {
    ReadableByteChannel channel = Channels.newChannel(in);
    try {
      while (destination.hasRemaining()) {
        if (channel.read(destination) < 0) {
          throw new TemporaryFailureException(
              what("get", name) + ": the answer broke off before its end");
        }
      }
    } catch (SdkException e) {
      throw S3Errors.explained(what("get", name), e);
    } catch (TemporaryFailureException e) {
      throw e;
    } catch (IOException e) {
      if (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)) {
        throw e;
      }
      throw NetworkFailure.explained(what("get", name), e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    call(
        "delete",
        name,
        () -> {
          try {
            return s3.deleteObject(request ->
                request.bucket(bucket.name()).key(name).overrideConfiguration(within(0)));
          } catch (SdkException e) {
            if (S3Errors.code(e).equals("NoSuchKey")) {
              return true;
            }
            throw e;
          }
        });
  }

  @Override
  public boolean exists(String name) throws IOException {
    // Not HEAD: its answer cannot tell a missing object from a missing bucket.
    try (ResponseInputStream<GetObjectResponse> in =
        open(name, 1, request -> request.range("bytes=0-0"))) {
      in.abort();
      return true;
    } catch (EOFException e) {
      return true; // it is empty
    } catch (NoSuchObjectException e) {
      return false;
    }
  }

  @Override
  public ListedPage list(String prefix, String after) throws IOException {
    ListObjectsV2Response page =
        call(
            "list",
            prefix,
            () ->
                s3.listObjectsV2(request ->
                    request
                        .bucket(bucket.name())
                        .prefix(prefix)
                        .startAfter(after.isEmpty() ? null : after)
                        .overrideConfiguration(within(0))));
    return new ListedPage(
        page.contents().stream().map(o -> new ListedPage.Entry(o.key(), o.size())).toList(),
        !Boolean.TRUE.equals(page.isTruncated()));
  }

  @Override
  public Duration listingDelay() {
    if (bucket.listingDelay() != null) {
      return bucket.listingDelay();
    }
    return isSwift ? SWIFT_LISTING_DELAY : Duration.ZERO;
  }

  @Override
  public void close() {
    s3.close();
  }

  @Override
  public String toString() {
    return bucket.endpoint() == null
        ? "s3://" + bucket.name()
        : "s3://" + bucket.name() + " at " + bucket.endpoint();
  }

  private Consumer<AwsRequestOverrideConfiguration.Builder> within(long bytes) {
    return o -> o.apiCallAttemptTimeout(bucket.traffic().patience(bytes));
  }

  /** What is asked of the service. */
  @FunctionalInterface
  private interface Call<T> {
    T call() throws IOException;
  }

  private <T> T call(String verb, String name, Call<T> call) throws IOException {
    try {
      return call.call();
    } catch (SdkException e) {
      throw S3Errors.explained(what(verb, name), e);
    }
  }

  private String what(String verb, String name) {
    return name.isEmpty() ? verb + " " + this : "%s %s in %s".formatted(verb, name, this);
  }

  private static int status(SdkException e) {
    return e instanceof S3Exception answer ? answer.statusCode() : 0;
  }
}
