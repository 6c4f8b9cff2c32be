package atoll.identity.keystone;

import atoll.identity.Caller;

/** What Keystone says of a token. */
sealed interface Verdict {
  /** It is good. */
  record Good(Caller caller) implements Verdict {}

  /** There is none such, or it is void. */
  record NoToken() implements Verdict {}

  /** It is this service's own token that is void: nothing is said of the other. */
  record OwnIsVoid() implements Verdict {}
}
