package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.OpenStackId;
import atoll.engine.InstanceSpec;
import atoll.engine.Instances;
import atoll.engine.Inventory;
import atoll.engine.Refusal;
import atoll.engine.RefusedException;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Attachment;
import atoll.model.Instance;
import atoll.model.InstanceId;
import atoll.model.InstanceStatus;
import atoll.model.ProjectId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The calls about machines on volumes: the least that is needed to run one. */
final class InstanceRoutes {
  private static final String PATH = "/instances";
  private static final int MEMORY_MAX_MIB = 1 << 20;
  private static final int CPUS_MAX = 256;
  private static final int VOLUMES_MAX = 24;
  private static final int CHANNELS_MAX = 8;
  private static final int GRACE_MAX_SECONDS = 3600;
  private static final int GRACE_SECONDS = 30;

  private final Instances instances;
  private final Inventory inventory;

  InstanceRoutes(Instances instances, Inventory inventory) {
    this.instances = instances;
    this.inventory = inventory;
  }

  void addTo(OwnApi.Builder api) {
    api.add(HttpMethod.GET, PATH, Access.READER, this::list);
    api.add(HttpMethod.POST, PATH, Access.MEMBER, this::create);
    api.add(HttpMethod.GET, PATH + "/{id}", Access.READER, this::show);
    api.add(HttpMethod.DELETE, PATH + "/{id}", Access.MEMBER, this::delete);
    api.add(HttpMethod.GET, PATH + "/{id}/channels", Access.ADMIN, this::showChannels);
    api.add(HttpMethod.POST, PATH + "/{id}/start", Access.MEMBER, this::start);
    api.add(HttpMethod.POST, PATH + "/{id}/stop", Access.MEMBER, this::stop);
    api.add(HttpMethod.POST, PATH + "/{id}/attach", Access.MEMBER, this::attach);
    api.add(HttpMethod.POST, PATH + "/{id}/detach", Access.MEMBER, this::detach);
  }

  private Instance find(Call call) {
    return Belongings.instance(call, instances, call.parameter("id"));
  }

  private Volume volume(Call call, String id) {
    return Belongings.volume(call, inventory, id).volume();
  }

  private Response list(Call call) {
    int limit = Lists.limit(call);
    String text = call.query("after");
    UUID after = text == null ? null : OpenStackId.parse(text);
    if (text != null && after == null) {
      throw new HttpException(400, "after must be the id of an instance");
    }
    List<Instance> found =
        instances.list(Lists.whose(call), after == null ? null : new InstanceId(after), limit + 1);
    List<Instance> page = found.subList(0, Math.min(limit, found.size()));
    return Lists.answer(
        call,
        PATH,
        page.stream().map(this::shown).toList(),
        found.size() > limit ? page.getLast().id().toString() : null);
  }

  private Response show(Call call) {
    return Response.json(200, shown(find(call)));
  }

  private Map<String, Object> shown(Instance instance) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", instance.id().toString());
    shown.put("name", instance.name());
    shown.put("project_id", Shown.project(instance.owner().project()));
    shown.put("memory_mib", instance.memoryMib());
    shown.put("vcpus", instance.cpus());
    shown.put("channels", instance.channels());
    shown.put("status", Shown.choice(instance.status()));
    shown.put("fault", instance.fault());
    shown.put("created_at", Shown.time(instance.createdAt()));
    shown.put("updated_at", Shown.time(instance.updatedAt()));
    shown.put(
        "volumes",
        instances.attachments(instance.id()).stream().map(InstanceRoutes::shown).toList());
    return shown;
  }

  private static Map<String, Object> shown(Attachment attachment) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", attachment.volume().toString());
    shown.put("slot", attachment.slot());
    shown.put("bootable", attachment.bootable());
    shown.put("attached_at", Shown.time(attachment.attachedAt()));
    return shown;
  }

  /** A volume to be attached. */
  private record Disk(VolumeId volume, boolean bootable) {}

  private Response create(Call call) throws IOException, InterruptedException {
    Fields body = Fields.of("body", call.json());
    String name = body.text("name", Fields.NAME_MAX);
    long memoryMib = body.requiredNumber("memory_mib", 16, MEMORY_MAX_MIB);
    long cpus = body.requiredNumber("vcpus", 1, CPUS_MAX);
    List<String> channels = channels(body.any("channels"));
    List<Disk> disks = disks(call, body.any("volumes"));
    body.end();
    var spec =
        new InstanceSpec(
            Lists.owner(call), name == null ? "" : name, (int) memoryMib, (int) cpus, channels);
    for (Disk disk : disks) {
      requireSameProject(spec.owner().project(), inventory.volume(disk.volume()).volume());
    }
    Instance made = instances.create(spec);
    try {
      for (Disk disk : disks) {
        instances.attach(made.id(), disk.volume(), disk.bootable());
      }
    } catch (IOException | RefusedException e) {
      instances.delete(made.id());
      throw e;
    }
    return Response.json(201, shown(instances.get(made.id())));
  }

  private static List<String> channels(@Nullable JsonNode names) {
    if (names == null) {
      return List.of();
    }
    if (!names.isArray() || names.size() > CHANNELS_MAX) {
      throw new HttpException(400, "channels must be a list of at most 8 names");
    }
    var channels = new ArrayList<String>();
    names.forEach(name -> channels.add(name.isString() ? name.stringValue() : name.toString()));
    return channels;
  }

  private List<Disk> disks(Call call, @Nullable JsonNode volumes) {
    if (volumes == null) {
      return List.of();
    }
    if (!volumes.isArray() || volumes.size() > VOLUMES_MAX) {
      throw new HttpException(400, "volumes must be a list of at most %d".formatted(VOLUMES_MAX));
    }
    var disks = new ArrayList<Disk>();
    for (JsonNode each : volumes) {
      Fields disk = Fields.of("volumes", each);
      String id = disk.requiredText("id", 1, 36);
      boolean bootable = disk.flag("bootable", false);
      disk.end();
      disks.add(new Disk(volume(call, id).id(), bootable));
    }
    return disks;
  }

  /** An admin sees the volumes of all projects. */
  private static void requireSameProject(ProjectId project, Volume volume) {
    if (!volume.owner().project().equals(project)) {
      throw new RefusedException(
          new Refusal.Invalid(
              "volume %s is of another project than the instance".formatted(volume.id())));
    }
  }

  private Response delete(Call call) throws IOException, InterruptedException {
    instances.delete(find(call).id());
    return Response.empty(204);
  }

  /** Where they end on this host, which is an admin's to know. */
  private Response showChannels(Call call) throws IOException {
    Instance instance = find(call);
    if (instance.status() != InstanceStatus.RUNNING) {
      throw new RefusedException(
          new Refusal.WrongState(
              "instance",
              instance.id().toString(),
              instance.status().name(),
              "its channels are there while it runs"));
    }
    var items = new ArrayList<Map<String, Object>>();
    for (String name : instance.channels()) {
      String socket = instances.channel(instance.id(), name).toString();
      items.add(Map.of("name", name, "socket", socket));
    }
    return Response.json(200, Map.of("items", items));
  }

  private Response start(Call call) throws IOException, InterruptedException {
    InstanceId id = find(call).id();
    if (instances.attachments(id).stream().noneMatch(Attachment::bootable)) {
      throw new RefusedException(
          new Refusal.WrongState(
              "instance",
              id.toString(),
              "without a volume to boot from",
              "attach one with bootable true"));
    }
    return Response.json(200, shown(instances.start(id, _ -> {})));
  }

  private Response stop(Call call) throws IOException, InterruptedException {
    InstanceId id = find(call).id();
    long grace = GRACE_SECONDS;
    if (call.request().body().length > 0) {
      Fields body = Fields.of("body", call.json());
      Long given = body.number("grace_seconds", 0, GRACE_MAX_SECONDS);
      body.end();
      grace = given == null ? grace : given;
    }
    return Response.json(200, shown(instances.stop(id, Duration.ofSeconds(grace))));
  }

  private Response attach(Call call) throws IOException, InterruptedException {
    Instance instance = find(call);
    Fields body = Fields.of("body", call.json());
    Volume volume = volume(call, body.requiredText("volume", 1, 36));
    boolean bootable = body.flag("bootable", false);
    body.end();
    requireSameProject(instance.owner().project(), volume);
    instances.attach(instance.id(), volume.id(), bootable);
    return Response.json(200, shown(instances.get(instance.id())));
  }

  private Response detach(Call call) throws IOException, InterruptedException {
    Instance instance = find(call);
    Fields body = Fields.of("body", call.json());
    VolumeId volume = volume(call, body.requiredText("volume", 1, 36)).id();
    body.end();
    if (instances.attachments(instance.id()).stream()
        .noneMatch(attachment -> attachment.volume().equals(volume))) {
      throw new RefusedException(
          new Refusal.WrongState(
              "volume", volume.toString(), "not attached to this instance", "look at its volumes"));
    }
    instances.detach(volume);
    return Response.json(200, shown(instances.get(instance.id())));
  }
}
