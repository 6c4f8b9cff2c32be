package atoll.api.identity;

import atoll.api.openstack.Dialect;
import atoll.api.openstack.Microversion;
import atoll.api.openstack.Titles;
import atoll.engine.Refusal;
import atoll.http.Response;
import atoll.identity.IdentityRefusal;
import java.util.Map;

/** How Keystone speaks. It has versions, but none that a call could ask for. */
public final class IdentityDialect implements Dialect {
  static final Microversion VERSION = new Microversion(3, 14);

  @Override
  public String serviceType() {
    return "identity";
  }

  @Override
  public Microversion lowest() {
    return VERSION;
  }

  @Override
  public Response fault(int status, String message) {
    return said(status, message);
  }

  @Override
  public Response noRoute() {
    return said(404, "The requested URL was not found on the server.");
  }

  /** Nothing here asks the engine for anything; should it refuse all the same, it is understood. */
  @Override
  public Response refused(Refusal refusal) {
    int status =
        switch (refusal) {
          case Refusal.NotFound _ -> 404;
          case Refusal.WrongState _, Refusal.Busy _, Refusal.Exists _, Refusal.InUse _ -> 409;
          case Refusal.Invalid _, Refusal.NotSupported _ -> 400;
          case Refusal.OverQuota _ -> 403;
          case Refusal.NoSpace _ -> 503;
        };
    return said(status, refusal.message());
  }

  /** Says that what is behind this API refused. */
  static Response refused(IdentityRefusal refusal) {
    int status =
        switch (refusal) {
          case IdentityRefusal.NotFound _ -> 404;
          case IdentityRefusal.Conflict _ -> 409;
          case IdentityRefusal.Invalid _ -> 400;
          case IdentityRefusal.Forbidden _ -> 403;
        };
    return said(status, refusal.message());
  }

  private static Response said(int status, String message) {
    return Response.json(
        status,
        Map.of("error", Map.of("code", status, "message", message, "title", Titles.of(status))));
  }
}
