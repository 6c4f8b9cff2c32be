package atoll.api.openstack;

import atoll.engine.Refusal;
import atoll.http.Response;

/** What differs between OpenStack's services in how they speak. */
public interface Dialect {
  /** Its name in the header for microversions, such as {@code volume}. */
  String serviceType();

  /** The lowest microversion it knows, and that of calls which ask for none. */
  Microversion lowest();

  /** The highest microversion it knows. */
  Microversion highest();

  /** Says that a call failed. */
  Response fault(int status, String message);

  /** Says that there is no such path. */
  Response noRoute();

  /** Says that the engine refused. */
  Response refused(Refusal refusal);
}
