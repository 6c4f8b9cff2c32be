package atoll.objectstore.swift;

import java.io.IOException;

/** Gets leave to use an account, as often as a token has run out. */
@FunctionalInterface
public interface SwiftLogin {
  /**
   * Logs in.
   *
   * @throws WrongCredentialsException if they are refused
   */
  SwiftSession begin(SwiftHttp http) throws IOException;

  /** What was given, once: a token that somebody else got. */
  static SwiftLogin given(SwiftSession session) {
    return _ -> session;
  }
}
