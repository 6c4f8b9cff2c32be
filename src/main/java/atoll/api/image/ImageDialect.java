package atoll.api.image;

import atoll.api.openstack.Dialect;
import atoll.api.openstack.Microversion;
import atoll.api.openstack.Titles;
import atoll.engine.Refusal;
import atoll.http.Response;
import java.util.LinkedHashMap;

/** How Image speaks. Source: Glance's answers, recorded. */
final class ImageDialect implements Dialect {
  static final Microversion VERSION = new Microversion(2, 16);

  @Override
  public String serviceType() {
    return "image";
  }

  @Override
  public Microversion lowest() {
    return VERSION;
  }

  @Override
  public Response fault(int status, String message) {
    var fault = new LinkedHashMap<String, Object>();
    fault.put("message", message + "<br /><br />\n\n\n");
    fault.put("code", status + " " + Titles.of(status));
    fault.put("title", Titles.of(status));
    return Response.json(status, fault);
  }

  @Override
  public Response noRoute() {
    return fault(404, "The resource could not be found.");
  }

  @Override
  public Response refused(Refusal refusal) {
    return fault(
        switch (refusal) {
          case Refusal.NotFound _ -> 404;
          case Refusal.WrongState _, Refusal.Busy _, Refusal.Exists _, Refusal.InUse _ -> 409;
          case Refusal.Invalid _, Refusal.NotSupported _ -> 400;
          case Refusal.NoSpace _, Refusal.OverQuota _ -> 413;
        },
        refusal.message());
  }
}
