package atoll.api.identity;

import atoll.http.Api;
import atoll.http.Request;
import atoll.http.Response;
import java.net.URI;

/** What stands in the place of the Identity API where tokens are had elsewhere. */
public final class ElsewhereApi implements Api {
  private final URI keystone;

  /** Names the Keystone that has them. */
  public ElsewhereApi(URI keystone) {
    this.keystone = keystone;
  }

  @Override
  public String prefix() {
    return Links.PREFIX;
  }

  @Override
  public Response answer(Request request) {
    return new IdentityDialect()
        .fault(404, "This service takes the tokens of the Keystone at " + keystone + "/v3.");
  }
}
