package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.Flags;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.VolumeTypes;
import atoll.http.HttpException;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Page;
import atoll.model.ProjectId;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeDetails;
import atoll.model.VolumeTypeFilter;
import atoll.model.VolumeTypeId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The calls about volume types and who may use them. Source: Block Storage API v3, Volume types and
 * Volume type access.
 */
final class TypeRoutes {
  private static final Map<String, VolumeTypeFilter.Key> KEYS =
      Map.of(
          "created_at", VolumeTypeFilter.Key.CREATED_AT,
          "name", VolumeTypeFilter.Key.NAME,
          "id", VolumeTypeFilter.Key.ID);

  private final TypeFinder finder;
  private final VolumeTypes types;

  TypeRoutes(TypeFinder finder) {
    this.finder = finder;
    this.types = finder.all();
  }

  void addTo(VolumeApi.Builder api) {
    api.add(HttpMethod.GET, "/types", Access.READER, this::list);
    api.add(HttpMethod.POST, "/types", Access.ADMIN, this::create);
    api.add(HttpMethod.GET, "/types/{id}", Access.READER, this::show);
    api.add(HttpMethod.PUT, "/types/{id}", Access.ADMIN, this::update);
    api.add(HttpMethod.DELETE, "/types/{id}", Access.ADMIN, this::delete);
    api.add(HttpMethod.POST, "/types/{id}/action", Access.ADMIN, this::act);
    api.add(HttpMethod.GET, "/types/{id}/os-volume-type-access", Access.ADMIN, this::access);
  }

  private Response list(Call call) {
    Page<VolumeTypeFilter.Key> page =
        ListParameters.page(
            call,
            KEYS,
            VolumeTypeFilter.Key.CREATED_AT,
            Things.noSuch("volume type", call.query("marker")));
    List<VolumeTypeDetails> found = types.list(filter(call), page);
    return Response.json(
        200,
        Lists.page(
            call,
            "volume_types",
            "volume_type_links",
            "types",
            found,
            one -> TypeView.shown(call, one),
            one -> one.type().id()));
  }

  /** An admin gets as much as a member does, too, unless it asks for more. */
  private static VolumeTypeFilter filter(Call call) {
    if (!call.caller().isAdmin()) {
      return new VolumeTypeFilter(Things.owner(call).project(), null);
    }
    String asked = call.query("is_public");
    if ("none".equalsIgnoreCase(asked)) {
      return new VolumeTypeFilter(null, null);
    }
    Boolean isPublic = asked == null ? Boolean.TRUE : Flags.parse(asked);
    if (isPublic == null) {
      throw new HttpException(400, "Invalid is_public filter [%s]".formatted(asked));
    }
    ProjectId own = call.caller().project();
    return isPublic && own != null
        ? new VolumeTypeFilter(own, null)
        : new VolumeTypeFilter(null, isPublic);
  }

  private Response create(Call call) {
    Fields body = call.body("volume_type");
    String name = named(body.requiredText("name", 1, Fields.NAME_MAX));
    String description = body.text("description", Fields.NAME_MAX);
    boolean isPublic = body.flag("os-volume-type-access:is_public", true);
    Map<String, String> specs = Specs.checked("extra_specs", body.texts("extra_specs"));
    body.end();
    VolumeTypeDetails made =
        types.create(name, description == null ? "" : description, isPublic, specs);
    return Response.json(200, Map.of("volume_type", TypeView.made(made)));
  }

  private static String named(String name) {
    if (name.isBlank()) {
      throw new HttpException(400, "Volume type name can not be empty.");
    }
    return name.strip();
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("volume_type", TypeView.shown(call, finder.inPath(call))));
  }

  private Response update(Call call) {
    Fields body = call.body("volume_type");
    String name = body.text("name", Fields.NAME_MAX);
    String description = body.text("description", Fields.NAME_MAX);
    Boolean isPublic = body.any("is_public") == null ? null : body.flag("is_public", true);
    body.end();
    if (name == null && description == null && isPublic == null) {
      throw new HttpException(
          400, "Specify volume type name, description, is_public or a combination thereof.");
    }
    VolumeTypeDetails changed =
        types.update(TypeFinder.id(call), name == null ? null : named(name), description, isPublic);
    return Response.json(200, Map.of("volume_type", TypeView.changed(changed)));
  }

  private Response delete(Call call) {
    types.delete(TypeFinder.id(call));
    return Response.empty(202);
  }

  private Response access(Call call) {
    VolumeType type = finder.inPath(call).type();
    if (type.isPublic()) {
      throw new HttpException(404, "Access list not available for public volume types.");
    }
    return Response.json(
        200,
        Map.of(
            "volume_type_access",
            types.projects(type.id()).stream()
                .map(project ->
                    Map.of(
                        "volume_type_id",
                        type.id().toString(),
                        "project_id",
                        OpenStackId.of(project)))
                .toList()));
  }

  private Response act(Call call) {
    VolumeTypeId type = TypeFinder.id(call);
    Actions.Action action = Actions.in(call);
    return switch (action.name()) {
      case "addProjectAccess" -> {
        Fields fields = Fields.of(action.name(), action.argument());
        String text = project(fields);
        ProjectId project = projectId(text);
        if (project == null) {
          throw new HttpException(400, "There is no project %s.".formatted(text));
        }
        if (!types.grant(type, project)) {
          throw new HttpException(
              409,
              "Volume type access for %s / %s combination already exists.".formatted(type, text));
        }
        yield Response.empty(202);
      }
      case "removeProjectAccess" -> {
        Fields fields = Fields.of(action.name(), action.argument());
        String text = project(fields);
        ProjectId project = projectId(text);
        if (project == null || !types.revoke(type, project)) {
          throw new HttpException(
              404, "Volume type access not found for %s / %s combination.".formatted(type, text));
        }
        yield Response.empty(202);
      }
      default -> throw Actions.unknown(action.name());
    };
  }

  private static String project(Fields fields) {
    String project = fields.requiredText("project", 1, Fields.NAME_MAX);
    fields.end();
    return project;
  }

  private static @Nullable ProjectId projectId(String text) {
    UUID id = OpenStackId.parse(text);
    return id == null ? null : new ProjectId(id);
  }
}
