package atoll.identity.keystone;

import java.time.Duration;

/** Why Keystone does not say whether a token is good. */
enum Trouble {
  /** It is down, or takes too long. */
  NO_ANSWER("Keystone does not answer", Duration.ofSeconds(2)),
  /** It does not let this service log in, or ask about tokens. Logins that fail may be counted. */
  REFUSES("Keystone refuses this service", Duration.ofSeconds(30)),
  /**
   * It says what Keystone would not say if all were well. Another token may get a better answer.
   */
  BAD_ANSWER("Keystone does not answer as it should", Duration.ZERO);

  private final String sentence;
  private final Duration pause;

  Trouble(String sentence, Duration pause) {
    this.sentence = sentence;
    this.pause = pause;
  }

  /** What may be told to anybody. */
  String sentence() {
    return sentence;
  }

  /** How long it is not asked again. */
  Duration pause() {
    return pause;
  }
}
