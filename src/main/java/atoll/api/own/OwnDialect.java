package atoll.api.own;

import atoll.api.openstack.Dialect;
import atoll.api.openstack.Microversion;
import atoll.api.openstack.Titles;
import atoll.engine.Refusal;
import atoll.http.Json;
import atoll.http.Request;
import atoll.http.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/** How Atoll speaks where it need not speak as others do. Source: RFC 9457. */
final class OwnDialect implements Dialect {
  static final Microversion VERSION = new Microversion(1, 0);

  private final String requestId;

  /** To answer one call. */
  OwnDialect(Request request) {
    this.requestId = request.id();
  }

  @Override
  public String serviceType() {
    return "atoll";
  }

  @Override
  public Microversion lowest() {
    return VERSION;
  }

  @Override
  public Response fault(int status, String message) {
    var problem = new LinkedHashMap<String, Object>();
    problem.put("title", Titles.of(status));
    problem.put("status", status);
    problem.put("detail", message);
    problem.put("request_id", requestId);
    return new Response(
        status, Map.of("Content-Type", "application/problem+json"), Json.write(problem));
  }

  @Override
  public Response noRoute() {
    return fault(404, "there is no such path");
  }

  @Override
  public Response refused(Refusal refusal) {
    return fault(
        switch (refusal) {
          case Refusal.NotFound _ -> 404;
          case Refusal.WrongState _, Refusal.Busy _, Refusal.Exists _, Refusal.InUse _ -> 409;
          case Refusal.Invalid _, Refusal.NotSupported _ -> 400;
          case Refusal.OverQuota _ -> 403;
          case Refusal.NoSpace _ -> 507;
        },
        refusal.message());
  }

  @Override
  public Response unauthorized(String issuer) {
    return fault(401, "a valid token is needed, in X-Auth-Token or Authorization: Bearer")
        .with("WWW-Authenticate", "Bearer realm=\"" + issuer + "/v3\"");
  }
}
