package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.ListParameters;
import atoll.engine.Backups;
import atoll.engine.Inventory;
import atoll.engine.Snapshots;
import atoll.engine.VolumeSpec;
import atoll.engine.Volumes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Backup;
import atoll.model.Page;
import atoll.model.Period;
import atoll.model.Snapshot;
import atoll.model.SnapshotDetails;
import atoll.model.SnapshotFilter;
import atoll.model.SnapshotId;
import atoll.model.Usage;
import atoll.model.Volume;
import atoll.model.VolumeDetails;
import atoll.model.VolumeFilter;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The calls that make, show, change and delete volumes. Source: Block Storage API v3, Volumes. */
final class VolumeRoutes {
  private static final Map<String, VolumeFilter.Key> KEYS =
      Map.of(
          "created_at", VolumeFilter.Key.CREATED_AT,
          "updated_at", VolumeFilter.Key.UPDATED_AT,
          "name", VolumeFilter.Key.NAME,
          "display_name", VolumeFilter.Key.NAME,
          "size", VolumeFilter.Key.SIZE,
          "status", VolumeFilter.Key.STATUS,
          "bootable", VolumeFilter.Key.BOOTABLE,
          "id", VolumeFilter.Key.ID);

  private final Volumes volumes;
  private final Snapshots snapshots;
  private final Backups backups;
  private final Inventory inventory;
  private final Things things;
  private final TypeFinder types;
  private final VolumeView view;
  private final VolumeSettings settings;

  VolumeRoutes(
      Volumes volumes,
      Snapshots snapshots,
      Backups backups,
      Inventory inventory,
      Things things,
      TypeFinder types,
      VolumeView view,
      VolumeSettings settings) {
    this.volumes = volumes;
    this.snapshots = snapshots;
    this.backups = backups;
    this.inventory = inventory;
    this.things = things;
    this.types = types;
    this.view = view;
    this.settings = settings;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/volumes", Access.READER, call -> list(call, false));
    api.add(HttpMethod.GET, "/volumes/detail", Access.READER, call -> list(call, true));
    api.add(12, HttpMethod.GET, "/volumes/summary", Access.READER, this::summary);
    api.addPlannable(HttpMethod.POST, "/volumes", Access.MEMBER, this::create);
    api.add(HttpMethod.GET, "/volumes/{id}", Access.READER, this::show);
    api.add(HttpMethod.PUT, "/volumes/{id}", Access.MEMBER, this::update);
    api.addPlannable(HttpMethod.DELETE, "/volumes/{id}", Access.MEMBER, this::delete);
  }

  private Response list(Call call, boolean detailed) {
    Page<VolumeFilter.Key> page =
        ListParameters.page(
            call, KEYS, VolumeFilter.Key.CREATED_AT, Things.noSuch("volume", call.query("marker")));
    VolumeFilter filter = filter(call);
    List<VolumeDetails> found = filter == null ? List.of() : inventory.volumes(filter, page);
    Map<String, Object> answer =
        Lists.page(
            call,
            "volumes",
            "volumes_links",
            detailed ? "volumes/detail" : "volumes",
            found,
            one -> detailed ? view.shown(call, one) : view.summary(call, one.volume()),
            one -> one.volume().id());
    if (call.version().has(45) && Flags.isYes(call.query("with_count"))) {
      answer.put("count", filter == null ? 0 : inventory.count(filter));
    }
    return Response.json(200, answer);
  }

  /** Null where nothing can fit. */
  private @Nullable VolumeFilter filter(Call call) {
    List<VolumeStatus> statuses = List.of();
    String status = call.query("status");
    if (status != null) {
      statuses = VolumeView.statuses(status);
      if (statuses.isEmpty()) {
        return null;
      }
    }
    String zone = call.query("availability_zone");
    if (zone != null && !zone.equals(view.zone())) {
      return null;
    }
    String bootable = call.query("bootable");
    return new VolumeFilter(
        Things.projectOf(call),
        Filters.id(call, "id", VolumeId::new),
        call.query("name"),
        statuses,
        bootable == null ? null : Flags.parse(bootable),
        null,
        Filters.id(call, "snapshot_id", SnapshotId::new),
        null,
        Filters.metadata(call),
        Filters.period(call, "created_at"),
        Filters.period(call, "updated_at"));
  }

  private Response summary(Call call) {
    Usage usage = inventory.volumesOf(Things.projectOf(call));
    var summary = new LinkedHashMap<String, Object>();
    summary.put("total_count", usage.count());
    summary.put("total_size", Gib.of(usage.bytes()));
    if (call.version().has(36)) {
      summary.put("metadata", Map.of());
    }
    return Response.json(200, Map.of("volume-summary", summary));
  }

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = call.body("volume");
    Source source = source(call, body);
    Long size = body.number("size", 1, Gib.SIZE_MAX);
    Naming naming = Naming.in(body);
    VolumeTypeId type = type(call, body.text("volume_type", Fields.NAME_MAX), source);
    requireZone(body.text("availability_zone", Fields.NAME_MAX));
    Map<String, String> metadata = body.texts("metadata");
    body.end();
    if (size == null && source.sizeBytes() == 0) {
      throw new HttpException(400, "Invalid input received: Volume size must be specified.");
    }
    long sizeBytes = size == null ? Gib.of(source.sizeBytes()) * Gib.BYTES : size * Gib.BYTES;
    VolumeId made =
        source
            .maker()
            .make(
                new VolumeSpec(
                    Things.owner(call),
                    naming.name(),
                    naming.description(),
                    sizeBytes,
                    type,
                    metadata))
            .id();
    return Response.json(202, Map.of("volume", view.made(call, inventory.volume(made))));
  }

  /**
   * What a new volume is made of.
   *
   * @param sizeBytes of what it is made of; 0 of nothing
   * @param like the volume whose type it gets unless another is asked for; null for the default
   */
  private record Source(long sizeBytes, @Nullable VolumeId like, Maker maker) {}

  private interface Maker {
    Volume make(VolumeSpec spec) throws IOException, InterruptedException;
  }

  private Source source(Call call, Fields body) {
    body.ignore("consistencygroup_id", "multiattach", "OS-SCH-HNT:scheduler_hints");
    for (String name : List.of("imageRef", "image_id", "group_id")) {
      if (body.any(name) != null) {
        throw new HttpException(400, "Volumes cannot be made with " + name + " yet.");
      }
    }
    var sources = new ArrayList<Source>();
    UUID snapshot = body.uuid("snapshot_id");
    if (snapshot != null) {
      Snapshot found = things.snapshot(call, snapshot.toString()).snapshot();
      sources.add(
          new Source(
              found.volumeSizeBytes(),
              found.volume(),
              spec -> volumes.createFromSnapshot(spec, found.id())));
    }
    UUID volume = body.uuid("source_volid");
    if (volume != null) {
      Volume found = things.volume(call, volume.toString()).volume();
      sources.add(
          new Source(
              found.sizeBytes(), found.id(), spec -> volumes.createFromVolume(spec, found.id())));
    }
    UUID backup = call.version().has(47) ? body.uuid("backup_id") : none(body, "backup_id");
    if (backup != null) {
      Backup found = things.backup(call, backups, backup.toString());
      sources.add(
          new Source(
              found.volumeSizeBytes(), null, spec -> volumes.createFromBackup(spec, found.id())));
    }
    if (sources.size() > 1) {
      throw new HttpException(
          400,
          "Invalid input received: a volume is made of one of snapshot_id, source_volid and"
              + " backup_id, not of several");
    }
    return sources.isEmpty() ? new Source(0, null, volumes::create) : sources.getFirst();
  }

  /** A field that a client of an older version may send, as long as there is nothing in it. */
  private static @Nullable UUID none(Fields body, String name) {
    if (body.any(name) != null) {
      throw new HttpException(
          400, "Additional properties are not allowed ('%s' was unexpected)".formatted(name));
    }
    return null;
  }

  private VolumeTypeId type(Call call, @Nullable String asked, Source source) {
    if (asked != null && !asked.isEmpty()) {
      return types.named(call, asked).type().id();
    }
    return source.like() == null ? VolumeType.DEFAULT : types.all().ofVolume(source.like());
  }

  private void requireZone(@Nullable String zone) {
    if (zone != null && !zone.equals(view.zone())) {
      throw new HttpException(
          400, "Invalid input received: Availability zone '%s' is invalid.".formatted(zone));
    }
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("volume", view.shown(call, things.volume(call))));
  }

  private Response update(Call call) {
    Volume before = things.volume(call).volume();
    Fields body = call.body("volume");
    Naming naming = Naming.in(body, before.name(), before.description());
    Map<String, String> metadata = body.has("metadata") ? body.texts("metadata") : null;
    body.end();
    VolumeDetails now =
        inventory.describe(before.id(), naming.name(), naming.description(), metadata);
    return Response.json(200, Map.of("volume", view.made(call, now)));
  }

  private Response delete(Call call) {
    VolumeId id = things.volume(call).volume().id();
    boolean cascade = Flags.isYes(call.query("cascade"));
    if (!cascade && settings.strictDelete() && inventory.snapshotsOf(id) > 0) {
      throw new HttpException(
          400,
          "Invalid volume: Volume status must be available or error, and the volume must not have"
              + " snapshots: delete them first, or use cascade.");
    }
    volumes.delete(id);
    if (cascade) {
      deleteSnapshotsOf(id); // only when the volume is gone: else nothing is
    }
    return Response.empty(202);
  }

  private void deleteSnapshotsOf(VolumeId id) {
    var all = new SnapshotFilter(null, null, null, id, null, Map.of(), Period.ANY, Period.ANY);
    var page = new Page<SnapshotFilter.Key>(List.of(), null, 0, ListParameters.LIMIT_MAX);
    List<SnapshotDetails> some;
    do {
      some = inventory.snapshots(all, page);
      some.forEach(one -> snapshots.delete(one.snapshot().id()));
    } while (!some.isEmpty());
  }
}
