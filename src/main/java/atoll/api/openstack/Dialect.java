package atoll.api.openstack;

import atoll.engine.Refusal;
import atoll.http.Response;
import java.util.Map;

/** What differs between OpenStack's services in how they speak. */
public interface Dialect {
  /** Its name in the header for microversions, such as {@code volume}. */
  String serviceType();

  /** The lowest microversion it knows, and that of calls which ask for none. */
  Microversion lowest();

  /** The highest microversion it knows; the only one, if the service has no others. */
  default Microversion highest() {
    return lowest();
  }

  /** Says that a call failed. */
  Response fault(int status, String message);

  /** Says that there is no such path. */
  Response noRoute();

  /** Says that the engine refused. */
  Response refused(Refusal refusal);

  /**
   * Says that a token is missing or void: in all of OpenStack's services in Keystone's words.
   *
   * @param issuer the URL of Identity, where tokens are had
   */
  default Response unauthorized(String issuer) {
    return Response.json(
            401,
            Map.of(
                "error",
                Map.of(
                    "code",
                    401,
                    "title",
                    "Unauthorized",
                    "message",
                    "The request you have made requires authentication.")))
        .with("WWW-Authenticate", "Keystone uri=\"" + issuer + "\"");
  }
}
