package atoll.objectstore.url;

import atoll.objectstore.RealServer;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of a real server that speaks S3. */
abstract class S3Contract extends RemoteStoreContract {
  /** The server. */
  protected abstract RealServer server();

  @Override
  protected final String url(String container, String prefix) {
    return "s3://%s/%s?endpoint=%s&listing-delay=0"
        .formatted(container, prefix, server().get("S3_ENDPOINT"));
  }

  @Override
  protected final Map<String, String> environment() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", server().get("S3_ACCESS_KEY"),
        "AWS_SECRET_ACCESS_KEY", server().get("S3_SECRET_KEY"));
  }

  @Override
  protected final Map<String, String> wrongCredentials() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", server().get("S3_ACCESS_KEY"), "AWS_SECRET_ACCESS_KEY", "wrong");
  }

  @Override
  protected final Map<String, String> nobodyThere() {
    return environment();
  }

  @Override
  protected final void removeContainer(String container) throws IOException {
    try (S3Client s3 =
        S3Client.builder()
            .endpointOverride(URI.create(server().get("S3_ENDPOINT")))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .httpClient(UrlConnectionHttpClient.create())
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(
                        server().get("S3_ACCESS_KEY"), server().get("S3_SECRET_KEY"))))
            .build()) {
      s3.deleteBucket(request -> request.bucket(container));
    }
  }
}
