package atoll.objectstore.swift;

import atoll.objectstore.Bandwidth;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Copies the body of an answer into a buffer, no faster than allowed. What does not fit is not
 * read. It gives the part of the buffer that was filled.
 */
final class BufferSubscriber implements BodySubscriber<ByteBuffer> {
  private final ByteBuffer destination;
  private final Bandwidth bandwidth;
  private final CompletableFuture<ByteBuffer> filled = new CompletableFuture<>();
  private final int start;
  private @Nullable Subscription subscription;
  private boolean isAbandoned;

  /** Fills the rest of {@code destination}, whose own position stays where it is. */
  BufferSubscriber(ByteBuffer destination, Bandwidth bandwidth) {
    this.destination = destination.duplicate();
    this.start = destination.position();
    this.bandwidth = bandwidth;
  }

  @Override
  public CompletionStage<ByteBuffer> getBody() {
    return filled;
  }

  @Override
  public void onSubscribe(Subscription newSubscription) {
    synchronized (this) {
      subscription = newSubscription;
    }
    newSubscription.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> pieces) {
    try {
      for (ByteBuffer piece : pieces) {
        bandwidth.acquire(piece.remaining());
        if (!copy(piece)) {
          cancel();
          onComplete();
          return;
        }
      }
      request();
    } catch (InterruptedIOException e) {
      cancel();
      onError(e);
    }
  }

  /** Copies what fits; says whether it was all. */
  private synchronized boolean copy(ByteBuffer piece) {
    if (isAbandoned) {
      return false;
    }
    int bytes = Math.min(piece.remaining(), destination.remaining());
    boolean fits = bytes == piece.remaining();
    destination.put(piece.limit(piece.position() + bytes));
    return fits;
  }

  private synchronized void request() {
    if (subscription != null) {
      subscription.request(1);
    }
  }

  private synchronized void cancel() {
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** After this nothing is written into the buffer any more. */
  synchronized void abandon() {
    isAbandoned = true;
  }

  @Override
  public void onError(Throwable failure) {
    filled.completeExceptionally(failure);
  }

  @Override
  public synchronized void onComplete() {
    filled.complete(destination.duplicate().flip().position(start));
  }
}
