package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Handler;
import atoll.api.openstack.OpenStackRoute;
import atoll.http.HttpMethod;
import atoll.http.Routes;
import atoll.identity.IdentityRefusedException;

/** Collects the routes of this API, each of which spells what {@code atoll.identity} refuses. */
final class RouteList {
  private final Routes<OpenStackRoute> routes = new Routes<>();

  void add(HttpMethod method, String template, Access access, Handler handler) {
    Handler refusing =
        call -> {
          try {
            return handler.answer(call);
          } catch (IdentityRefusedException e) {
            return IdentityDialect.refused(e.refusal());
          }
        };
    var _ =
        routes.add(method, template, new OpenStackRoute(access, IdentityDialect.VERSION, refusing));
  }

  Routes<OpenStackRoute> routes() {
    return routes;
  }
}
