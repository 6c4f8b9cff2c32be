package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.http.HttpMethod;
import atoll.http.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which parts of the API are there that Cinder once had as extensions, by the names that clients
 * look for. A part that is added needs its line here.
 */
final class ExtensionRoutes {
  private record Extension(String name, String alias, String description, String updated) {
    Map<String, Object> shown() {
      var shown = new LinkedHashMap<String, Object>();
      shown.put("name", name);
      shown.put("alias", alias);
      shown.put("description", description);
      shown.put("updated", updated);
      shown.put("links", List.of());
      return shown;
    }
  }

  private static final List<Extension> ALL =
      List.of(
          at("2012-08-25", "AdminActions", "os-admin-actions", "Enable admin actions."),
          at(
              "2013-06-27",
              "AvailabilityZones",
              "os-availability-zone",
              "Describe Availability Zones."),
          at("2012-12-12", "Backups", "backups", "Backups support."),
          at("2015-08-31", "Capabilities", "capabilities", "Capabilities support."),
          at(
              "2014-01-10",
              "ExtendedServices",
              "os-extended-services",
              "Extended services support."),
          at(
              "2012-06-19",
              "ExtendedSnapshotAttributes",
              "os-extended-snapshot-attributes",
              "Extended SnapshotAttributes support."),
          at("2011-06-29", "Hosts", "os-hosts", "Admin-only host administration."),
          at(
              "2012-03-12",
              "QuotaClasses",
              "os-quota-class-sets",
              "Quota classes management support."),
          at("2013-08-02", "Qos_specs_manage", "qos-specs", "QoS specs support."),
          at("2011-08-08", "Quotas", "os-quota-sets", "Quota management support."),
          at("2014-09-07", "Scheduler_stats", "scheduler-stats", "Scheduler stats support."),
          at("2012-10-28", "Services", "os-services", "Services support."),
          at(
              "2013-07-16",
              "SnapshotActions",
              "os-snapshot-actions",
              "Enable snapshot manager actions."),
          at("2011-08-24", "TypesExtraSpecs", "os-types-extra-specs", "Type extra specs support."),
          at("2011-08-24", "TypesManage", "os-types-manage", "Types manage support."),
          at(
              "2013-10-03",
              "UsedLimits",
              "os-used-limits",
              "Provide data on limited resources that are being used."),
          at("2012-05-31", "VolumeActions", "os-volume-actions", "Enable volume actions."),
          at(
              "2011-11-03",
              "VolumeHostAttribute",
              "os-vol-host-attr",
              "Expose host as an attribute of a volume."),
          at(
              "2012-12-07",
              "VolumeImageMetadata",
              "os-vol-image-meta",
              "Show image metadata associated with the volume."),
          at(
              "2013-08-08",
              "VolumeMigStatusAttribute",
              "os-vol-mig-status-attr",
              "Expose migration_status as an attribute of a volume."),
          at(
              "2011-11-03",
              "VolumeTenantAttribute",
              "os-vol-tenant-attr",
              "Expose the internal project_id as an attribute of a volume."),
          at(
              "2013-05-29",
              "VolumeTransfer",
              "os-volume-transfer",
              "Volume transfer management support."),
          at(
              "2014-06-26",
              "VolumeTypeAccess",
              "os-volume-type-access",
              "Volume type access support."),
          at(
              "2013-07-01",
              "VolumeTypeEncryption",
              "encryption",
              "Encryption support for volume types."));

  private static Extension at(String day, String name, String alias, String description) {
    return new Extension(name, alias, description, day + "T00:00:00+00:00");
  }

  void addTo(VolumeApi.Builder api) {
    api.add(
        HttpMethod.GET,
        "/extensions",
        Access.READER,
        _ -> Response.json(200, Map.of("extensions", ALL.stream().map(Extension::shown).toList())));
  }
}
