package atoll.api.openstack;

import atoll.http.Response;
import atoll.identity.UnauthorizedException;
import java.io.IOException;

/** Answers the calls of one route. */
@FunctionalInterface
public interface Handler {
  /**
   * Answers a call whose caller may make it.
   *
   * @throws atoll.http.HttpException to refuse it
   * @throws atoll.engine.RefusedException as the engine does
   * @throws UnauthorizedException if the call itself was to prove who calls, and did not
   */
  Response answer(Call call) throws IOException, InterruptedException, UnauthorizedException;
}
