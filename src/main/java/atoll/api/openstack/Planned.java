package atoll.api.openstack;

import atoll.engine.Plans;
import atoll.http.HttpException;
import atoll.http.Response;
import atoll.identity.UnauthorizedException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers calls that have {@code plan=true} in their query with what they would come to; they are
 * not done, and refused where they would be.
 */
final class Planned {
  private static final String PARAMETER = "plan";

  private final Plans plans;

  Planned(Plans plans) {
    this.plans = plans;
  }

  /**
   * Whether a call asks only for that.
   *
   * @throws HttpException with 400 if nobody can tell: it would be bad to do it then
   */
  static boolean isAsked(Call call) {
    String asked = call.query(PARAMETER);
    if (asked == null) {
      return false;
    }
    Boolean yes = Flags.parse(asked);
    if (yes == null) {
      throw new HttpException(400, "plan: '%s' is neither true nor false".formatted(asked));
    }
    return yes;
  }

  Response answer(Call call, Handler handler) throws IOException, InterruptedException {
    Plans.Plan plan = plans.of(() -> rehearse(call, handler));
    var shown = new LinkedHashMap<String, Object>();
    shown.put("frees_repository_bytes", plan.freesRepositoryBytes());
    shown.put("frees_primary_bytes", plan.freesPrimaryBytes());
    shown.put("backs_up_bytes", plan.backsUpBytes());
    shown.put("pause_milliseconds", plan.pause() == null ? null : plan.pause().toMillis());
    return Response.json(200, Map.of("plan", shown));
  }

  private static void rehearse(Call call, Handler handler)
      throws IOException, InterruptedException {
    try {
      Response _ = handler.answer(call);
    } catch (UnauthorizedException e) {
      throw new IllegalStateException("a call that proves who calls has no plan", e);
    }
  }
}
