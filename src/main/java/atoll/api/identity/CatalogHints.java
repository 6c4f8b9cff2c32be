package atoll.api.identity;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** How services get into the catalog of a Keystone, where it is not this service that has it. */
public final class CatalogHints {
  private CatalogHints() {}

  /**
   * What whoever runs the service has to do, once.
   *
   * @param url where the service is, as far as it knows
   * @param needed services that clients look for
   * @param missed one that they miss if no other service has it
   */
  public static List<String> of(
      URI keystone, String url, String region, List<CatalogEntry> needed, CatalogEntry missed) {
    var lines = new ArrayList<String>();
    lines.add(
        "Tokens are those of the Keystone at %s/v3. For clients to find this service, its catalog needs"
            .formatted(keystone));
    lines.add("(once, and with the URL by which they reach it):");
    needed.forEach(service -> lines.addAll(commands(url, region, service)));
    lines.add("and, if there is no service '%s' in it yet:".formatted(missed.type()));
    lines.addAll(commands(url, region, missed));
    return lines;
  }

  private static List<String> commands(String url, String region, CatalogEntry service) {
    String type = service.type();
    String path = service.path().replace(CatalogEntry.PROJECT, "%(project_id)s");
    return List.of(
        "  openstack service create --name %s %s".formatted(service.name(), type),
        "  openstack endpoint create --region %s %s public '%s'"
            .formatted(region, type, url + path));
  }
}
