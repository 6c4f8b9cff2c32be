package atoll.objectstore.swift;

import java.net.URI;

/** Leave to use an account: where it lies, and the token that goes with every request. */
public record SwiftSession(URI storageUrl, String token) {
  @Override
  public String toString() {
    return storageUrl.toString(); // the token is for nobody's log
  }
}
