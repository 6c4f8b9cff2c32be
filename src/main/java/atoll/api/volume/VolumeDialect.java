package atoll.api.volume;

import atoll.api.openstack.Dialect;
import atoll.api.openstack.Microversion;
import atoll.engine.Refusal;
import atoll.http.Response;
import atoll.model.QuotaResource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How Block Storage speaks. Source: Cinder's answers, recorded. */
final class VolumeDialect implements Dialect {
  static final Microversion LOWEST = new Microversion(3, 0);
  static final Microversion HIGHEST = new Microversion(3, 70);

  @Override
  public String serviceType() {
    return "volume";
  }

  @Override
  public Microversion lowest() {
    return LOWEST;
  }

  @Override
  public Microversion highest() {
    return HIGHEST;
  }

  @Override
  public Response fault(int status, String message) {
    var fault = new LinkedHashMap<String, Object>();
    fault.put("code", status);
    fault.put("message", message);
    if (status == 413) {
      fault.put("retryAfter", "0");
    }
    Response response = Response.json(status, Map.of(name(status), fault));
    return status == 413 ? response.with("Retry-After", "0") : response;
  }

  private static String name(int status) {
    return switch (status) {
      case 400 -> "badRequest";
      case 401 -> "unauthorized";
      case 403 -> "forbidden";
      case 404 -> "itemNotFound";
      case 405 -> "badMethod";
      case 409 -> "conflictingRequest";
      case 413, 429 -> "overLimit";
      case 415 -> "badMediaType";
      case 501 -> "notImplemented";
      case 503 -> "serviceUnavailable";
      default -> "computeFault";
    };
  }

  @Override
  public Response noRoute() {
    var fault = new LinkedHashMap<String, Object>();
    fault.put("message", "The resource could not be found.<br /><br />\n\n\n");
    fault.put("code", "404 Not Found");
    fault.put("title", "Not Found");
    return Response.json(404, fault);
  }

  @Override
  public Response refused(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NotFound(var kind, var id) -> fault(404, notFound(kind, id));
      case Refusal.WrongState wrong ->
          fault(400, "Invalid %s: %s.".formatted(wrong.kind(), wrong.message()));
      case Refusal.Busy busy -> fault(409, busy.message());
      case Refusal.Exists(var kind, var name) ->
          fault(409, "%s %s already exists.".formatted(titled(kind), name));
      case Refusal.InUse(var message) -> fault(400, message);
      case Refusal.Invalid(var message) -> fault(400, "Invalid input received: " + message);
      case Refusal.OverQuota over -> fault(status(over), spelled(over));
      case Refusal.NoSpace(var message) -> fault(413, message);
      case Refusal.NotSupported(var message) -> fault(400, message);
    };
  }

  /** A volume that is too large for any project of its quota is a wrong wish, not one too many. */
  private static int status(Refusal.OverQuota over) {
    return over.resource() == QuotaResource.PER_VOLUME_GIGABYTES ? 400 : 413;
  }

  private static String spelled(Refusal.OverQuota over) {
    return switch (over.resource()) {
      case VOLUMES ->
          "VolumeLimitExceeded: Maximum number of volumes allowed (%d) exceeded for quota '%s'."
              .formatted(over.quota(), over.name());
      case SNAPSHOTS ->
          "SnapshotLimitExceeded: Maximum number of snapshots allowed (%d) exceeded"
              .formatted(over.quota());
      case BACKUPS ->
          "BackupLimitExceeded: Maximum number of backups allowed (%d) exceeded"
              .formatted(over.quota());
      case GROUPS ->
          "GroupLimitExceeded: Maximum number of groups allowed (%d) exceeded"
              .formatted(over.quota());
      case GIGABYTES ->
          "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed %s quota."
                  .formatted(over.name())
              + consumed(over);
      case BACKUP_GIGABYTES ->
          "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes"
              + " quota."
              + consumed(over);
      case PER_VOLUME_GIGABYTES ->
          "VolumeSizeExceedsLimit: Requested volume size %dG is larger than maximum allowed limit %dG."
              .formatted(over.requested(), over.quota());
    };
  }

  private static String consumed(Refusal.OverQuota over) {
    return " Requested %dG, quota is %dG and %dG has been consumed."
        .formatted(over.requested(), over.quota(), over.used());
  }

  /** As Cinder says it, which some clients read. */
  static String notFound(String kind, String id) {
    return kind.equals("QoS specs")
        ? "No such QoS spec %s.".formatted(id)
        : "%s %s could not be found.".formatted(capital(kind), id);
  }

  private static String titled(String kind) {
    return Arrays.stream(kind.split(" ", -1))
        .map(VolumeDialect::capital)
        .collect(Collectors.joining(" "));
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }
}
