package atoll.engine;

import atoll.db.Database;
import atoll.model.KeyedCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;

/**
 * Remembers for a day what calls that carried a key were answered, so that one that is sent again
 * is not done again. A key is its caller's own.
 */
public final class KeyedCalls {
  private static final Duration KEPT = Duration.ofDays(1);

  private final Database database;
  private final InstantSource clock;

  /** Tells calls that this engine answers from those that another was at when it ended. */
  private final String process = UUID.randomUUID().toString();

  KeyedCalls(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /** What is to be done with a call. */
  public sealed interface Beginning {
    /** It is done, and then {@link #answered}, {@link #forget} or {@link #abandon} is called. */
    record First() implements Beginning {}

    /** It was done, and this was the answer. */
    record Again(KeyedCall.Answer answer) implements Beginning {}

    /** It is being done. */
    record AtWork() implements Beginning {}

    /** It was not done to its end; nobody knows how far it came. */
    record CutOff() implements Beginning {}

    /** Another call had this key. */
    record Another() implements Beginning {}
  }

  /** Begins a call. */
  public Beginning begin(String caller, String key, String fingerprint) {
    CallKey callKey = CallKey.of(caller, key);
    String name = callKey.name();
    String asked = callKey.mark(fingerprint);
    return database.write(tx -> {
      Instant now = clock.instant();
      tx.keyedCalls().forgetBefore(now.minus(KEPT));
      if (tx.keyedCalls().begin(caller, name, asked, process, now)) {
        return new Beginning.First();
      }
      KeyedCall before = tx.keyedCalls().find(caller, name).orElseThrow();
      if (!before.asked().equals(asked)) {
        return new Beginning.Another();
      }
      String answer = before.answer();
      if (answer != null) {
        return new Beginning.Again(callKey.open(answer));
      }
      return before.process().equals(process) ? new Beginning.AtWork() : new Beginning.CutOff();
    });
  }

  /** Remembers what a call was answered. */
  public void answered(String caller, String key, KeyedCall.Answer answer) {
    CallKey callKey = CallKey.of(caller, key);
    String sealed = callKey.seal(answer);
    database.change(tx -> tx.keyedCalls().answered(caller, callKey.name(), sealed));
  }

  /** Gives a call up of which nobody knows how far it came. */
  public void abandon(String caller, String key) {
    database.change(tx -> tx.keyedCalls().abandon(caller, CallKey.of(caller, key).name()));
  }

  /** Forgets a call of which nothing was done. */
  public void forget(String caller, String key) {
    database.change(tx -> tx.keyedCalls().forget(caller, CallKey.of(caller, key).name()));
  }
}
