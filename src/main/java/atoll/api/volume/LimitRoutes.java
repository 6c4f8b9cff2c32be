package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Quotas;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.ProjectId;
import atoll.model.Quota;
import atoll.model.QuotaResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** How much a project may have and has, as its members see it. Source: Block Storage API v3. */
final class LimitRoutes {
  private static final int OF_OTHER_PROJECTS = 39;

  private final Quotas quotas;

  LimitRoutes(Quotas quotas) {
    this.quotas = quotas;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/limits", Access.READER, this::limits);
  }

  private Response limits(Call call) {
    Map<String, Quota> all = quotas.usage(project(call));
    var absolute = new LinkedHashMap<String, Object>();
    put(absolute, all, QuotaResource.VOLUMES, "maxTotalVolumes", "totalVolumesUsed");
    put(absolute, all, QuotaResource.GIGABYTES, "maxTotalVolumeGigabytes", "totalGigabytesUsed");
    put(absolute, all, QuotaResource.SNAPSHOTS, "maxTotalSnapshots", "totalSnapshotsUsed");
    put(absolute, all, QuotaResource.BACKUPS, "maxTotalBackups", "totalBackupsUsed");
    put(
        absolute,
        all,
        QuotaResource.BACKUP_GIGABYTES,
        "maxTotalBackupGigabytes",
        "totalBackupGigabytesUsed");
    return Response.json(200, Map.of("limits", Map.of("rate", List.of(), "absolute", absolute)));
  }

  private static void put(
      Map<String, Object> absolute,
      Map<String, Quota> all,
      QuotaResource resource,
      String limitName,
      String usedName) {
    Quota quota = all.getOrDefault(resource.label(), new Quota(Quota.UNLIMITED, 0));
    absolute.put(limitName, quota.limit());
    absolute.put(usedName, quota.used());
  }

  /** The caller's, or the one that an admin asks about; of anybody else that is overlooked. */
  private static ProjectId project(Call call) {
    if (call.caller().isAdmin() && call.version().has(OF_OTHER_PROJECTS)) {
      String asked = call.query("project_id");
      ProjectId other = parsed(asked == null ? call.query("tenant_id") : asked);
      if (other != null) {
        return other;
      }
    }
    return Things.owner(call).project();
  }

  private static @Nullable ProjectId parsed(@Nullable String text) {
    if (text == null) {
      return null;
    }
    UUID id = OpenStackId.parse(text);
    if (id == null) {
      throw Things.noSuch("project", text);
    }
    return new ProjectId(id);
  }
}
