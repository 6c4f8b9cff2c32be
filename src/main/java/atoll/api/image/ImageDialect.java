package atoll.api.image;

import atoll.api.openstack.Dialect;
import atoll.api.openstack.Microversion;
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
  public Microversion highest() {
    return VERSION;
  }

  @Override
  public Response fault(int status, String message) {
    var fault = new LinkedHashMap<String, Object>();
    fault.put("message", message + "<br /><br />\n\n\n");
    fault.put("code", status + " " + title(status));
    fault.put("title", title(status));
    return Response.json(status, fault);
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
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
