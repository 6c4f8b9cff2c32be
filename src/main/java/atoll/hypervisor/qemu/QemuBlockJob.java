package atoll.hypervisor.qemu;

import atoll.hypervisor.BlockJob;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A job of QEMU's.
 *
 * <p>Its outcome comes as an event, and after it the job is gone. (QEMU can also keep an ended job
 * until it is dismissed. Of a stream it then keeps a filter node without a child, which is the
 * death of QEMU 7.2 when somebody asks for the names of all nodes.) Whoever waits first takes the
 * events; the others wait for that thread.
 *
 * <p>Source: QEMU qapi/job.json and qapi/block-core.json.
 */
final class QemuBlockJob implements BlockJob {
  /** What is left to do when a job was done. */
  interface Completion {
    void completed() throws IOException;
  }

  private sealed interface Outcome {
    record Done() implements Outcome {}

    record Cancelled() implements Outcome {}

    record Failed(String why) implements Outcome {}
  }

  /** A cancelled job ends with the request it has under way. */
  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(60);

  /** As long as it takes. */
  private static final Duration NO_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

  private final QmpClient qmp;
  private final String id;
  private final QmpEvents events;
  private final Completion completion;
  private final Duration cancelPatience;
  private final ReentrantLock lock = new ReentrantLock();

  /** Null until it has ended; written under the lock. */
  private volatile @Nullable Outcome outcome;

  /** A job that was started after {@code events} were subscribed to. */
  QemuBlockJob(QmpClient qmp, String id, QmpEvents events, Completion completion) {
    this(qmp, id, events, completion, CANCEL_PATIENCE);
  }

  /** As above, with another patience for its end once it is cancelled. */
  QemuBlockJob(
      QmpClient qmp, String id, QmpEvents events, Completion completion, Duration cancelPatience) {
    this.cancelPatience = cancelPatience;
    this.qmp = qmp;
    this.id = id;
    this.events = events;
    this.completion = completion;
  }

  /** The events that tell how these jobs end, and that they are gone. */
  static QmpEvents events(QmpClient qmp, Set<String> ids) {
    return qmp.subscribe(event ->
        switch (event.name()) {
          case "BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED" -> ids.contains(event.text("device"));
          case "JOB_STATUS_CHANGE" -> isGone(event) && ids.contains(event.text("id"));
          default -> false;
        });
  }

  /**
   * Ends the jobs that an earlier process left. A pull keeps what it copied, a commit would begin
   * anew.
   */
  static void endAll(QmpClient qmp) throws IOException {
    try (QmpEvents ends =
        qmp.subscribe(event -> event.name().equals("JOB_STATUS_CHANGE") && isGone(event))) {
      var left = new HashSet<String>();
      for (JsonNode job : qmp.execute("query-jobs").values()) {
        String id = job.path("id").asString("");
        left.add(id);
        if (job.path("status").asString("").equals("concluded")) {
          qmp.execute("job-dismiss", Json.object().put("id", id));
        } else {
          cancel(qmp, id);
        }
      }
      while (!left.isEmpty()) {
        QmpEvent end =
            ends.poll(CANCEL_PATIENCE)
                .orElseThrow(() -> new IOException("jobs do not end: " + left));
        left.remove(end.text("id"));
      }
    } catch (InterruptedException e) {
      throw interrupted("jobs of an earlier process");
    }
  }

  private static boolean isGone(QmpEvent event) {
    return event.text("status").equals("null");
  }

  @Override
  public double progress() throws IOException {
    for (JsonNode job : qmp.execute("query-jobs").values()) {
      if (job.path("id").asString("").equals(id)) {
        double total = job.path("total-progress").asDouble(0);
        return total > 0 ? Math.min(1, job.path("current-progress").asDouble(0) / total) : 0;
      }
    }
    return 1; // it has ended
  }

  @Override
  public boolean await() throws IOException, InterruptedException {
    return switch (end(NO_LIMIT)) {
      case Outcome.Done() -> true;
      case Outcome.Cancelled() -> false;
      case Outcome.Failed(String why) -> throw new IOException("job " + id + ": " + why);
    };
  }

  @Override
  public void cancel() throws IOException {
    if (outcome != null) {
      return;
    }
    cancel(qmp, id);
    try {
      Outcome _ = end(cancelPatience);
    } catch (InterruptedException e) {
      throw interrupted("job " + id);
    }
  }

  private static void cancel(QmpClient qmp, String id) throws IOException {
    try {
      qmp.execute("job-cancel", Json.object().put("id", id));
    } catch (QmpException e) {
      // It has ended by itself, or is about to: what waits for its end sees that.
    }
  }

  private static IOException interrupted(String what) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted before " + what + " had ended");
  }

  private Outcome end(Duration patience) throws IOException, InterruptedException {
    long start = System.nanoTime();
    if (!lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw doesNotEnd(patience);
    }
    try {
      Outcome known = outcome;
      if (known != null) {
        return known;
      }
      Outcome end = awaitEnd(start, patience);
      outcome = end;
      events.close();
      if (end instanceof Outcome.Done) {
        completion.completed();
      }
      return end;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the job has released its nodes, which is after its outcome is known. */
  private Outcome awaitEnd(long start, Duration patience) throws IOException, InterruptedException {
    Outcome end = new Outcome.Failed("it is gone, and QEMU did not say why");
    while (true) {
      Duration left = patience.minusNanos(System.nanoTime() - start);
      QmpEvent event = events.poll(left).orElseThrow(() -> doesNotEnd(patience));
      switch (event.name()) {
        case "BLOCK_JOB_COMPLETED" -> end = completed(event.text("error"));
        case "BLOCK_JOB_CANCELLED" -> end = new Outcome.Cancelled();
        default -> {
          return end;
        }
      }
    }
  }

  private IOException doesNotEnd(Duration patience) {
    return new IOException(
        "job %s has not ended %d ms after it was cancelled".formatted(id, patience.toMillis()));
  }

  private static Outcome completed(String error) {
    return error.isEmpty() ? new Outcome.Done() : new Outcome.Failed(error);
  }
}
