package atoll.objectstore.swift;

import java.io.IOException;

/** The credentials were refused, or their token has run out and there is nothing to get another. */
public final class WrongCredentialsException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongCredentialsException(String message) {
    super(message);
  }
}
