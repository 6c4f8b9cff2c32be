package atoll.api.openstack;

import atoll.engine.KeyedCalls;
import atoll.engine.Plans;
import atoll.engine.RefusedException;
import atoll.http.Api;
import atoll.http.HttpException;
import atoll.http.RateLimit;
import atoll.http.Request;
import atoll.http.Response;
import atoll.http.Routes;
import atoll.identity.Caller;
import atoll.identity.IdentityUnavailableException;
import atoll.identity.TokenVerifier;
import atoll.identity.UnauthorizedException;
import atoll.model.Causes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of OpenStack's APIs: finds the route of a call, who calls, whether it may, in which version,
 * and spells what goes wrong in the service's way.
 *
 * <p>Every call that may change something leaves a line in the log {@code atoll.audit}.
 */
public final class OpenStackApi implements Api {
  private static final Logger LOG = LoggerFactory.getLogger(OpenStackApi.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("atoll.audit");
  private static final int ACCEPTED = 202;
  private static final String BEARER = "Bearer ";
  private static final String VERSION_HEADER = "OpenStack-API-Version";

  private final String prefix;
  private final Function<Request, Dialect> dialects;
  private final Routes<OpenStackRoute> routes;
  private final TokenVerifier tokens;
  private final @Nullable Once once;
  private final @Nullable Planned planned;
  private final RateLimit limit;

  /** An API below {@code prefix}. */
  public OpenStackApi(
      String prefix, Dialect dialect, Routes<OpenStackRoute> routes, TokenVerifier tokens) {
    this(prefix, _ -> dialect, routes, tokens);
  }

  /** An API below {@code prefix} whose faults say which call they answer. */
  public OpenStackApi(
      String prefix,
      Function<Request, Dialect> dialects,
      Routes<OpenStackRoute> routes,
      TokenVerifier tokens) {
    this(prefix, dialects, routes, tokens, null, null, new RateLimit(0));
  }

  private OpenStackApi(
      String prefix,
      Function<Request, Dialect> dialects,
      Routes<OpenStackRoute> routes,
      TokenVerifier tokens,
      @Nullable Once once,
      @Nullable Planned planned,
      RateLimit limit) {
    this.prefix = prefix;
    this.dialects = dialects;
    this.routes = routes;
    this.tokens = tokens;
    this.once = once;
    this.planned = planned;
    this.limit = limit;
  }

  /**
   * The same, which does calls once that carry a key, tells what calls would come to, and bounds
   * how many a user makes, or a host in nobody's name.
   */
  public OpenStackApi with(KeyedCalls calls, Plans plans, RateLimit limit) {
    return new OpenStackApi(
        prefix, dialects, routes, tokens, new Once(calls), new Planned(plans), limit);
  }

  @Override
  public String prefix() {
    return prefix;
  }

  /** All its routes. */
  public Routes<OpenStackRoute> routes() {
    return routes;
  }

  @Override
  public Response answer(Request request) throws InterruptedException {
    Dialect dialect = dialects.apply(request);
    Microversion version = dialect.lowest();
    Response response;
    Caller caller = null;
    try {
      caller = identify(request);
      version = version(request, dialect);
      response = route(request, caller, version, dialect);
    } catch (UnauthorizedException e) {
      response = dialect.unauthorized(issuer(request));
    } catch (IdentityUnavailableException e) {
      response = retriedAfter(e.retryAfter(), dialect.fault(503, said(e)));
    } catch (HttpException e) {
      response = retriedAfter(e.retryAfter(), dialect.fault(e.status(), said(e)));
    } catch (RefusedException e) {
      response = dialect.refused(e.refusal());
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{}: {}", request.id(), Causes.inOneLine(e));
      response = dialect.fault(503, Causes.inOneLine(e));
    } catch (RuntimeException e) {
      LOG.error("{}: failed, and ought not to", request.id(), e);
      response =
          dialect.fault(
              500,
              "The server has either erred or is incapable of performing the requested operation.");
    }
    audit(request, caller, response);
    return dialect.highest().equals(dialect.lowest())
        ? response
        : response
            .with(VERSION_HEADER, dialect.serviceType() + " " + version)
            .with("Vary", VERSION_HEADER);
  }

  private static Response retriedAfter(@Nullable Duration time, Response response) {
    return time == null
        ? response
        : response.with("Retry-After", Long.toString(Math.max(1, time.toSeconds())));
  }

  private static String said(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private Response route(
      Request request, @Nullable Caller caller, Microversion version, Dialect dialect)
      throws IOException, InterruptedException, UnauthorizedException {
    return switch (routes.match(request.method(), request.path())) {
      case Routes.Match.NotFound<OpenStackRoute>() -> {
        requireToken(caller); // else a stranger could learn what there is
        yield dialect.noRoute();
      }
      case Routes.Match.OtherMethod<OpenStackRoute>(var allowed) -> {
        requireToken(caller);
        yield dialect
            .fault(405, "The method %s is not allowed here.".formatted(request.method()))
            .with("Allow", String.join(", ", allowed.stream().map(Enum::name).sorted().toList()));
      }
      case Routes.Match.Found<OpenStackRoute>(var route, var parameters) ->
          enter(route.target(), new Call(request, parameters, caller, version), dialect);
    };
  }

  private Response enter(OpenStackRoute route, Call call, Dialect dialect)
      throws IOException, InterruptedException, UnauthorizedException {
    if (route.access() != Access.PUBLIC) {
      requireToken(call.identified());
    }
    if (call.version().compareTo(route.since()) < 0) {
      return dialect.noRoute();
    }
    if (!route.access().allows(call.identified())) {
      return dialect.fault(
          403,
          "Policy doesn't allow this to be performed: it takes the role %s in the project."
              .formatted(route.access().name().toLowerCase(Locale.ROOT)));
    }
    if (OpenStackRoute.namesProject(call.parameters())) {
      requireOwnProject(call.caller(), call.parameters());
    }
    if (!call.request().method().isSafe() && Planned.isAsked(call)) {
      if (planned == null || !route.plannable()) {
        throw new HttpException(400, "There is no plan of this call, and it was not done");
      }
      return planned.answer(call, route.handler());
    }
    return once == null ? route.handler().answer(call) : once.answer(prefix, call, route.handler());
  }

  /** An admin's token may name any project in a path; what is in it decides each handler. */
  private static void requireOwnProject(Caller caller, Map<String, String> parameters) {
    String named = parameters.get(OpenStackRoute.PROJECT);
    boolean own =
        caller.project() != null
            && named != null
            && caller.project().value().equals(OpenStackId.parse(named));
    if (!own && !caller.isAdmin()) {
      throw new HttpException(400, "Malformed request url");
    }
  }

  private String issuer(Request request) {
    URI keystone = tokens.issuer();
    return keystone == null ? request.baseUrl() + "/identity" : keystone.toString();
  }

  private @Nullable Caller identify(Request request)
      throws IOException, InterruptedException, UnauthorizedException {
    String token = request.header("X-Auth-Token");
    String authorization = request.header("Authorization");
    if (token == null && authorization != null && authorization.startsWith(BEARER)) {
      token = authorization.substring(BEARER.length()).strip();
    }
    Caller caller;
    try {
      caller = token == null ? null : tokens.verify(token);
    } catch (UnauthorizedException e) {
      requireFewCalls(request.remote());
      throw e;
    }
    requireFewCalls(caller == null ? request.remote() : caller.userId());
    return caller;
  }

  private void requireFewCalls(String who) {
    Duration wait = limit.admit(who);
    if (!wait.isZero()) {
      throw new HttpException(
          429, "Too many calls; try again in %d ms".formatted(wait.toMillis() + 1), wait);
    }
  }

  private static void requireToken(@Nullable Caller caller) throws UnauthorizedException {
    if (caller == null) {
      throw new UnauthorizedException("no token");
    }
  }

  /**
   * The version that a call asks for.
   *
   * @throws HttpException with 400 if it is none, with 406 if it is not known
   */
  private static Microversion version(Request request, Dialect dialect) {
    String header = request.header(VERSION_HEADER);
    if (header == null) {
      return dialect.lowest();
    }
    for (String part : header.split(",", -1)) {
      String[] words = part.strip().split("\\s+", -1);
      if (words.length == 2 && words[0].equals(dialect.serviceType())) {
        return known(words[1], dialect);
      }
    }
    return dialect.lowest();
  }

  private static Microversion known(String asked, Dialect dialect) {
    if (asked.equals("latest")) {
      return dialect.highest();
    }
    Microversion version = Microversion.parse(asked);
    if (version.compareTo(dialect.lowest()) < 0 || version.compareTo(dialect.highest()) > 0) {
      throw new HttpException(
          406,
          "Version %s is not supported by the API. Minimum is %s and maximum is %s."
              .formatted(version, dialect.lowest(), dialect.highest()));
    }
    return version;
  }

  private static void audit(Request request, @Nullable Caller caller, Response response) {
    // Some calls of Block Storage change something by GET; they are answered with 202.
    if (!request.method().isSafe() || response.status() == ACCEPTED) {
      String user = caller == null ? "-" : caller.userId();
      String project =
          caller == null || caller.project() == null ? "-" : OpenStackId.of(caller.project());
      String path = "/" + String.join("/", request.path()).replaceAll("\\p{Cntrl}", "?");
      AUDIT
          .atInfo()
          .addKeyValue("user", user)
          .addKeyValue("project", project)
          .addKeyValue("from", request.remote())
          .addKeyValue("method", request.method())
          .addKeyValue("path", path)
          .addKeyValue("status", response.status())
          .log(
              "{} user={} project={} from={} {} {} {}",
              request.id(),
              user,
              project,
              request.remote(),
              request.method(),
              path,
              response.status());
    }
  }
}
