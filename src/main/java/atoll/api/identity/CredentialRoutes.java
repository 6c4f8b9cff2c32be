package atoll.api.identity;

import atoll.api.openstack.Access;
import atoll.api.openstack.Call;
import atoll.api.openstack.Fields;
import atoll.api.openstack.OpenStackId;
import atoll.http.HttpMethod;
import atoll.http.Response;
import atoll.identity.Credentials;
import atoll.model.Ec2Credential;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Keys for the EC2 API. Source: OpenStack, Identity API v3 extensions, "OS-EC2". */
final class CredentialRoutes {
  private static final String ALL = "/v3/users/{id}/credentials/OS-EC2";
  private static final String ONE = ALL + "/{access}";

  private final Credentials credentials;

  CredentialRoutes(Credentials credentials) {
    this.credentials = credentials;
  }

  void addTo(RouteList routes) {
    routes.add(HttpMethod.GET, ALL, Access.AUTHENTICATED, this::list);
    routes.add(HttpMethod.POST, ALL, Access.AUTHENTICATED, this::create);
    routes.add(HttpMethod.GET, ONE, Access.AUTHENTICATED, this::show);
    routes.add(HttpMethod.DELETE, ONE, Access.AUTHENTICATED, this::delete);
  }

  private Response list(Call call) {
    String user = user(call);
    List<ObjectNode> views =
        credentials.of(user).stream().map(credential -> view(call, credential)).toList();
    return Links.of(call).collection("credentials", path(user), views);
  }

  /** The body is the one of version 2, and names the project as that did. */
  private Response create(Call call) {
    String user = user(call);
    Fields fields = Fields.of("body", call.json());
    String project = fields.requiredText("tenant_id", 1, Fields.NAME_MAX);
    Ec2Credential credential = credentials.create(user, Bodies.projectId(project));
    return Links.member(201, "credential", view(call, credential));
  }

  private Response show(Call call) {
    Ec2Credential credential = credentials.get(user(call), call.parameter("access"));
    return Links.member(200, "credential", view(call, credential));
  }

  private Response delete(Call call) {
    credentials.delete(user(call), call.parameter("access"));
    return Response.empty(204);
  }

  private static String user(Call call) {
    return Self.requireSelfOrAdmin(call, call.parameter("id"));
  }

  private static String path(String user) {
    return "/users/" + user + "/credentials/OS-EC2";
  }

  private static ObjectNode view(Call call, Ec2Credential credential) {
    ObjectNode view =
        JsonNodeFactory.instance
            .objectNode()
            .put("user_id", credential.user())
            .put("tenant_id", OpenStackId.of(credential.project()))
            .put("access", credential.access())
            .put("secret", credential.secret())
            .putNull("trust_id");
    return Links.of(call).self(view, path(credential.user()) + "/" + credential.access());
  }
}
