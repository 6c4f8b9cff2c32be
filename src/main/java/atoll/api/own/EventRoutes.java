package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.engine.Event;
import atoll.engine.Events;
import atoll.http.HttpMethod;
import atoll.http.Json;
import atoll.http.Response;
import atoll.model.SnapshotState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What changes, as it changes. Source: WHATWG HTML, "Server-sent events".
 *
 * <p>Who was away asks the lists again: nothing is told twice on purpose.
 */
final class EventRoutes {
  private static final Duration SIGN_OF_LIFE_EVERY = Duration.ofSeconds(15);

  private final Events events;

  EventRoutes(Events events) {
    this.events = events;
  }

  void addTo(OwnApi.Builder api) {
    api.add(HttpMethod.GET, "/events", Access.READER, this::listen);
  }

  private Response listen(Call call) {
    if (call.request().method() == HttpMethod.HEAD) {
      return Response.empty(200).with("Content-Type", "text/event-stream");
    }
    Events.Listener listener = events.listen(Lists.whose(call));
    return Response.stream(200, "text/event-stream", out -> tell(listener, out))
        .with("Cache-Control", "no-store");
  }

  private static void tell(Events.Listener heard, OutputStream out)
      throws IOException, InterruptedException {
    try (Events.Listener listener = heard) {
      write(out, ": events are told from now on\n\n");
      while (true) {
        Event event = listener.await(SIGN_OF_LIFE_EVERY);
        if (event != null) {
          write(out, text(event));
        } else if (listener.isDropped()) {
          return;
        } else {
          write(out, ":\n\n");
        }
      }
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static String text(Event event) {
    String json = new String(Json.write(data(event)), StandardCharsets.UTF_8); // on one line
    return "event: " + kind(event) + "\ndata: " + json + "\n\n";
  }

  private static String kind(Event event) {
    return switch (event) {
      case Event.OfTask _ -> "task";
      case Event.OfAlert _ -> "alert";
      case Event.OfVolume _ -> "volume";
      case Event.OfSnapshot _ -> "snapshot";
      case Event.OfBackup _ -> "backup";
    };
  }

  private static Map<String, Object> data(Event event) {
    return switch (event) {
      case Event.OfTask(var entry, boolean isOver) -> over(TaskRoutes.shown(entry), isOver);
      case Event.OfAlert(var details, boolean isOver) -> over(AlertRoutes.shown(details), isOver);
      case Event.OfVolume(var volume) -> {
        Map<String, Object> shown =
            thing(volume.id(), volume.name(), volume.deletedAt() != null, event);
        shown.putIfAbsent("state", Shown.choice(volume.status()));
        shown.put("size_bytes", volume.sizeBytes());
        shown.put("fault", volume.fault());
        yield shown;
      }
      case Event.OfSnapshot(var snapshot) -> {
        Map<String, Object> shown = thing(snapshot.id(), snapshot.name(), false, event);
        shown.put("volume_id", snapshot.volume().toString());
        yield with(shown, snapshot.state());
      }
      case Event.OfBackup(var backup) -> {
        Map<String, Object> shown = thing(backup.id(), backup.name(), false, event);
        shown.put("volume_id", backup.volume().toString());
        yield with(shown, backup.state());
      }
    };
  }

  private static Map<String, Object> over(Map<String, Object> shown, boolean isOver) {
    shown.put("over", isOver);
    return shown;
  }

  private static Map<String, Object> thing(
      Object id, @Nullable String name, boolean isDeleted, Event event) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", id.toString());
    shown.put("name", name);
    shown.put("project_id", Shown.project(event.project()));
    if (isDeleted) {
      shown.put("state", "deleted");
    }
    return shown;
  }

  private static Map<String, Object> with(Map<String, Object> shown, SnapshotState state) {
    shown.put("state", Shown.state(state));
    shown.put("progress", Shown.progress(state));
    shown.put("fault", Shown.fault(state));
    return shown;
  }
}
