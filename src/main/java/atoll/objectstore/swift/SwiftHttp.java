package atoll.objectstore.swift;

import atoll.objectstore.Bandwidth;
import atoll.objectstore.BufferInputStream;
import atoll.objectstore.CertificateFile;
import atoll.objectstore.Interruption;
import atoll.objectstore.LimitedInputStream;
import atoll.objectstore.NetworkFailure;
import atoll.objectstore.TemporaryFailureException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sends requests, each within its time, and no faster than a bandwidth allows. */
public final class SwiftHttp implements AutoCloseable {
  private static final Duration CONNECTION_TIMEOUT = Duration.ofSeconds(10);

  /** What is no object is never longer: pages of listings, tokens with their catalogues. */
  private static final int ANSWER_BYTES_MAX = 16 << 20;

  /** So much is read of what a store says when it does not give an object. */
  private static final int COMPLAINT_BYTES_MAX = 4 << 10;

  private final SwiftContainer container;
  private final Bandwidth bandwidth;
  private final ExecutorService threads;
  private final HttpClient http;

  /** Connects when it is first needed. */
  SwiftHttp(SwiftContainer container, Bandwidth bandwidth) throws IOException {
    this.container = container;
    this.bandwidth = bandwidth;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(Version.HTTP_1_1)
            .followRedirects(Redirect.NEVER) // a token is for the host it was sent to
            .connectTimeout(CONNECTION_TIMEOUT)
            .executor(threads);
    if (container.certificates() != null) {
      builder.sslContext(CertificateFile.tls(container.certificates()));
    }
    this.http = builder.build();
  }

  /** Sends a request without a body, and takes the whole answer into memory. */
  public HttpResponse<ByteBuffer> send(String what, HttpRequest request) throws IOException {
    return await(what, http.sendAsync(request, wholeAnswer()), ANSWER_BYTES_MAX);
  }

  /**
   * Sends a request whose body is the rest of {@code content}; nobody reads the buffer any more
   * when this returns.
   */
  HttpResponse<ByteBuffer> upload(String what, HttpRequest.Builder request, ByteBuffer content)
      throws IOException {
    try (var body = new BufferInputStream(content)) {
      BodyPublisher publisher =
          content.hasRemaining()
              ? BodyPublishers.fromPublisher(
                  BodyPublishers.ofInputStream(() -> new LimitedInputStream(body, bandwidth)),
                  content.remaining())
              : BodyPublishers.noBody();
      return await(
          what, http.sendAsync(request.PUT(publisher).build(), wholeAnswer()), content.remaining());
    }
  }

  /**
   * Sends a request for an object of up to so many bytes, whose content goes where {@code
   * destination} says once it knows the headers; nobody writes there any more when this returns.
   */
  HttpResponse<ByteBuffer> download(
      String what, HttpRequest request, int bytes, Function<ResponseInfo, ByteBuffer> destination)
      throws IOException {
    var content = new AtomicReference<@Nullable BufferSubscriber>();
    try {
      return await(
          what,
          http.sendAsync(
              request,
              answer -> {
                ByteBuffer buffer =
                    answer.statusCode() / 100 == 2
                        ? destination.apply(answer)
                        : ByteBuffer.allocate(COMPLAINT_BYTES_MAX);
                var subscriber = new BufferSubscriber(buffer, bandwidth);
                content.set(subscriber);
                return subscriber;
              }),
          bytes);
    } finally {
      BufferSubscriber subscriber = content.get();
      if (subscriber != null) {
        subscriber.abandon();
      }
    }
  }

  private static BodyHandler<ByteBuffer> wholeAnswer() {
    return BodyHandlers.limiting(
        _ -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), ByteBuffer::wrap),
        ANSWER_BYTES_MAX);
  }

  private <T> T await(String what, CompletableFuture<T> answer, long bytes) throws IOException {
    Duration patience = container.traffic().patience(bytes);
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw Interruption.of(what, e);
    } catch (TimeoutException e) {
      throw new TemporaryFailureException(
          what + ": no answer within " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw NetworkFailure.explained(what, e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true); // nothing, if it is done
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    threads.shutdownNow();
  }
}
