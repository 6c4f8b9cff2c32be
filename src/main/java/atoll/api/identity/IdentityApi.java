package atoll.api.identity;

import atoll.api.openstack.OpenStackApi;
import atoll.api.openstack.OpenStackRoute;
import atoll.http.Routes;
import atoll.identity.Identity;

/** The Identity API, put together. */
public final class IdentityApi {
  private IdentityApi() {}

  /** The API below {@code /identity}. */
  public static OpenStackApi of(Identity identity, Catalog catalog) {
    return new OpenStackApi(
        Links.PREFIX, new IdentityDialect(), routes(identity, catalog), identity.tokens());
  }

  /** All its routes. */
  public static Routes<OpenStackRoute> routes(Identity identity, Catalog catalog) {
    var routes = new RouteList();
    VersionRoutes.addTo(routes);
    new TokenRoutes(identity, catalog).addTo(routes);
    new ProjectRoutes(identity.projects()).addTo(routes);
    new UserRoutes(identity).addTo(routes);
    new RoleRoutes(identity.roles()).addTo(routes);
    new GrantRoutes(identity.grants()).addTo(routes);
    new AssignmentRoutes(identity.grants()).addTo(routes);
    new CredentialRoutes(identity.credentials()).addTo(routes);
    new CatalogRoutes(catalog).addTo(routes);
    DomainRoutes.addTo(routes);
    return routes.routes();
  }
}
