package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.api.openstack.ListParameters;
import atoll.api.openstack.OpenStackId;
import atoll.engine.Messages;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Message;
import atoll.model.MessageFilter;
import atoll.model.MessageId;
import atoll.model.MessageKind;
import atoll.model.Page;
import atoll.model.ProjectId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The calls about what failed in the background. Source: Block Storage API v3, Messages; filters
 * from microversion 3.5 on.
 */
final class MessageRoutes {
  private static final int SINCE = 3;
  private static final int FILTERED = 5;
  private static final Map<String, MessageFilter.Key> KEYS =
      Map.of(
          "created_at", MessageFilter.Key.CREATED_AT,
          "guaranteed_until", MessageFilter.Key.EXPIRES_AT,
          "resource_uuid", MessageFilter.Key.SUBJECT,
          "id", MessageFilter.Key.ID);

  private final Messages messages;

  MessageRoutes(Messages messages) {
    this.messages = messages;
  }

  void addTo(VolumeApi.Builder api) {
    api.add(SINCE, HttpMethod.GET, "/messages", Access.READER, this::list);
    api.add(SINCE, HttpMethod.GET, "/messages/{id}", Access.READER, this::show);
    api.add(SINCE, HttpMethod.DELETE, "/messages/{id}", Access.MEMBER, this::delete);
  }

  private Response list(Call call) {
    Page<MessageFilter.Key> page =
        ListParameters.page(
            call,
            KEYS,
            MessageFilter.Key.CREATED_AT,
            Things.noSuch("message", call.query("marker")));
    MessageFilter filter = filter(call);
    List<Message> found = filter == null ? List.of() : messages.list(filter, page);
    return Response.json(
        200,
        Lists.page(
            call,
            "messages",
            "messages_links",
            "messages",
            found,
            one -> MessageView.shown(call, one),
            Message::id));
  }

  /** Null where nothing can fit. */
  private static @Nullable MessageFilter filter(Call call) {
    if (!call.version().has(FILTERED)) {
      return new MessageFilter(project(call), List.of(), null);
    }
    String level = call.query("message_level");
    boolean noLevel = level != null && !level.equals(MessageView.LEVEL);
    var kinds = new ArrayList<>(List.of(MessageKind.values()));
    String event = call.query("event_id");
    if (event != null) {
      kinds.retainAll(MessageView.ofEvent(event));
    }
    String resource = call.query("resource_type");
    if (resource != null) {
      kinds.retainAll(MessageView.about(resource));
    }
    return noLevel || kinds.isEmpty() || call.query("request_id") != null
        ? null
        : new MessageFilter(project(call), kinds, Filters.id(call, "resource_uuid", id -> id));
  }

  /** An admin may name another project without asking for everybody's. */
  private static @Nullable ProjectId project(Call call) {
    String named = call.query("project_id");
    UUID id = named == null ? null : OpenStackId.parse(named);
    return id != null && call.caller().isAdmin() ? new ProjectId(id) : Things.projectOf(call);
  }

  private Response show(Call call) {
    return Response.json(200, Map.of("message", MessageView.shown(call, own(call))));
  }

  private Response delete(Call call) {
    messages.delete(own(call).id());
    return Response.empty(204);
  }

  private Message own(Call call) {
    return Belongings.find(
        call,
        "message",
        call.parameter("id"),
        id -> messages.get(new MessageId(id)),
        Message::project);
  }
}
