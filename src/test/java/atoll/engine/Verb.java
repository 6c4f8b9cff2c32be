package atoll.engine;

import java.util.Arrays;
import java.util.Random;

/** What a {@link ModelTrial} tries, and how often. */
enum Verb {
  CREATE(4),
  IMPORT(3),
  VOLUME_OF_SNAPSHOT(5),
  REVERT(5),
  ATTACH(10),
  DETACH(5),
  START(10),
  STOP(4),
  KILL(1),
  TAKE(12),
  TAKE_ALL(6),
  TAKE_MEANWHILE(5),
  DELETE_SNAPSHOT(7),
  DELETE_VOLUME(2),
  EXTEND(3),
  WRITE(24),
  AWAIT_IDLE(3),
  STORE_FAILS(2),
  STORE_STOPS(2),
  MACHINES_FAIL(3),
  DATABASE_FAILS(3),
  HEAL(5),
  DIE(1),
  DIE_SOON(3),
  REOPEN(1);

  private final int weight;

  Verb(int weight) {
    this.weight = weight;
  }

  static Verb random(Random random) {
    int left = random.nextInt(Arrays.stream(values()).mapToInt(verb -> verb.weight).sum());
    for (Verb verb : values()) {
      left -= verb.weight;
      if (left < 0) {
        return verb;
      }
    }
    throw new IllegalStateException("no verb");
  }
}
