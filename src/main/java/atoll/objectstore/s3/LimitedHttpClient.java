package atoll.objectstore.s3;

import atoll.objectstore.Bandwidth;
import atoll.objectstore.LimitedInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

/** Keeps what goes over the wire below a bandwidth; reading content to sign it costs none. */
final class LimitedHttpClient implements SdkHttpClient {
  private final SdkHttpClient http;
  private final Bandwidth bandwidth;

  /** Wraps a client, which is closed with this one. */
  LimitedHttpClient(SdkHttpClient http, Bandwidth bandwidth) {
    this.http = http;
    this.bandwidth = bandwidth;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    HttpExecuteRequest.Builder limited =
        HttpExecuteRequest.builder().request(request.httpRequest());
    request.metricCollector().ifPresent(limited::metricCollector);
    request
        .contentStreamProvider()
        .ifPresent(content -> limited.contentStreamProvider(limited(content)));
    return new LimitedRequest(http.prepareRequest(limited.build()));
  }

  private ContentStreamProvider limited(ContentStreamProvider content) {
    return () -> limitedStream(content.newStream());
  }

  private InputStream limitedStream(InputStream in) {
    return new LimitedInputStream(in, bandwidth);
  }

  @Override
  public void close() {
    http.close();
  }

  @Override
  public String clientName() {
    return http.clientName();
  }

  /** A request whose answer is read no faster than allowed. */
  private final class LimitedRequest implements ExecutableHttpRequest {
    private final ExecutableHttpRequest request;

    LimitedRequest(ExecutableHttpRequest request) {
      this.request = request;
    }

    @Override
    public HttpExecuteResponse call() throws IOException {
      HttpExecuteResponse response = request.call();
      var limited = HttpExecuteResponse.builder().response(response.httpResponse());
      response
          .responseBody()
          .ifPresent(
              body -> limited.responseBody(AbortableInputStream.create(limitedStream(body), body)));
      return limited.build();
    }

    @Override
    public void abort() {
      request.abort();
    }
  }
}
