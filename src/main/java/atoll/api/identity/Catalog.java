package atoll.api.identity;

import atoll.api.openstack.OpenStackId;
import atoll.model.Project;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which services there are, and where: this one first, then what it is given. Stands in no table,
 * so its ids are made of names.
 */
public final class Catalog {
  /** The region of a service whose settings say nothing else. */
  public static final String DEFAULT_REGION = "RegionOne";

  static final List<String> INTERFACES = List.of("public", "internal", "admin");

  private final String region;
  private final List<CatalogEntry> entries;

  /** A catalog of one region. */
  public Catalog(String region, List<CatalogEntry> others) {
    this.region = region;
    this.entries =
        Stream.concat(
                Stream.of(new CatalogEntry("identity", "keystone", Links.PREFIX + "/v3")),
                others.stream())
            .toList();
  }

  String region() {
    return region;
  }

  List<CatalogEntry> entries() {
    return entries;
  }

  static String serviceId(CatalogEntry entry) {
    return id(entry.type());
  }

  static String endpointId(CatalogEntry entry, String endpointInterface) {
    return id(entry.type() + " " + endpointInterface);
  }

  private static String id(String name) {
    return OpenStackId.plain(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * The catalog as a token has it.
   *
   * @param project what the token is for; null where that is no project: services that are nowhere
   *     without one have no endpoints then
   */
  ArrayNode of(String baseUrl, @Nullable Project project) {
    ArrayNode catalog = JsonNodeFactory.instance.arrayNode();
    for (CatalogEntry entry : entries) {
      ObjectNode service = catalog.addObject();
      service
          .put("id", serviceId(entry))
          .put("type", entry.type())
          .put("name", entry.name())
          .set("endpoints", endpoints(entry, baseUrl, project));
    }
    return catalog;
  }

  private ArrayNode endpoints(CatalogEntry entry, String baseUrl, @Nullable Project project) {
    ArrayNode endpoints = JsonNodeFactory.instance.arrayNode();
    if (project == null && entry.path().contains(CatalogEntry.PROJECT)) {
      return endpoints;
    }
    String path =
        project == null
            ? entry.path()
            : entry.path().replace(CatalogEntry.PROJECT, OpenStackId.of(project.id()));
    for (String endpointInterface : INTERFACES) {
      endpoints
          .addObject()
          .put("id", endpointId(entry, endpointInterface))
          .put("interface", endpointInterface)
          .put("region", region)
          .put("region_id", region)
          .put("url", baseUrl + path);
    }
    return endpoints;
  }
}
