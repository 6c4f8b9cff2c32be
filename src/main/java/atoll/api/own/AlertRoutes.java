package atoll.api.own;

import atoll.api.openstack.Access;
import atoll.api.openstack.Belongings;
import atoll.api.openstack.Call;
import atoll.engine.Alerts;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.model.Alert;
import atoll.model.AlertDetails;
import java.util.LinkedHashMap;
import java.util.Map;

/** The calls about what a person should know. */
final class AlertRoutes {
  private static final String PATH = "/alerts";

  private final Alerts alerts;

  AlertRoutes(Alerts alerts) {
    this.alerts = alerts;
  }

  void addTo(OwnApi.Builder api) {
    api.add(HttpMethod.GET, PATH, Access.READER, this::list);
    api.add(HttpMethod.GET, PATH + "/{id}", Access.READER, this::show);
    api.add(HttpMethod.POST, PATH + "/{id}/dismiss", Access.MEMBER, this::dismiss);
  }

  private Response list(Call call) {
    return Lists.numbered(
        call, PATH, alerts.list(Lists.whose(call)), one -> one.alert().id(), AlertRoutes::shown);
  }

  private Response show(Call call) {
    return Response.json(200, shown(find(call)));
  }

  private Response dismiss(Call call) {
    alerts.dismiss(find(call).alert().id());
    return Response.empty(204);
  }

  private AlertDetails find(Call call) {
    String id = call.parameter("id");
    return alerts.list(Lists.whose(call)).stream()
        .filter(one -> Long.toString(one.alert().id()).equals(id))
        .findFirst()
        .orElseThrow(() -> Belongings.noSuch("alert", id));
  }

  static Map<String, Object> shown(AlertDetails details) {
    Alert alert = details.alert();
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", Long.toString(alert.id()));
    shown.put("kind", Shown.choice(alert.kind()));
    shown.put("subject", Shown.subject(details.subject()));
    shown.put("project_id", Shown.project(details.subject().project()));
    shown.put("text", alert.message());
    shown.put("since", Shown.time(alert.raisedAt()));
    shown.put("last_seen_at", Shown.time(alert.updatedAt()));
    shown.put("count", alert.times());
    return shown;
  }
}
