package atoll.api.volume;

import atoll.api.openstack.Call;
import atoll.http.HttpException;
import java.util.Iterator;
import tools.jackson.databind.JsonNode;

/** Calls whose body's one member says what is to be done. */
final class Actions {
  private Actions() {}

  /**
   * What is to be done.
   *
   * @param argument null in JSON where there is nothing to say
   */
  record Action(String name, JsonNode argument) {}

  /**
   * What a call's body wants done.
   *
   * @throws HttpException with 400 unless that is one thing
   */
  static Action in(Call call) {
    JsonNode body = call.json();
    if (!body.isObject() || body.size() != 1) {
      throw new HttpException(400, "Malformed request body: it must name one action");
    }
    Iterator<String> names = body.propertyNames().iterator();
    String name = names.next();
    return new Action(name, body.get(name));
  }

  /** There is no such action. */
  static HttpException unknown(String name) {
    return new HttpException(400, "There is no such action: " + name);
  }
}
