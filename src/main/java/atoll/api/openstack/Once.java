package atoll.api.openstack;

import atoll.engine.KeyedCalls;
import atoll.engine.KeyedCalls.Beginning;
import atoll.engine.RefusedException;
import atoll.http.HttpException;
import atoll.http.Request;
import atoll.http.Response;
import atoll.identity.Caller;
import atoll.identity.UnauthorizedException;
import atoll.model.KeyedCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Does calls once that carry the header {@code Idempotency-Key}, however often they are sent: the
 * answer to the first is that to all. What was refused, or failed, may be tried again with its key.
 *
 * <p>Source: draft-ietf-httpapi-idempotency-key-header-07.
 */
final class Once {
  static final String HEADER = "Idempotency-Key";
  private static final String REPLAYED = "Idempotent-Replayed";
  private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");

  private final KeyedCalls calls;

  Once(KeyedCalls calls) {
    this.calls = calls;
  }

  Response answer(String api, Call call, Handler handler)
      throws IOException, InterruptedException, UnauthorizedException {
    String key = call.request().header(HEADER);
    Caller who = call.identified();
    if (key == null || who == null || call.request().method().isSafe()) {
      return handler.answer(call);
    }
    if (!KEY.matcher(key).matches()) {
      throw new HttpException(
          400, HEADER + " must have 1 to 255 characters of ASCII, without blanks");
    }
    String caller = who.userId() + " " + who.project();
    return switch (calls.begin(caller, key, fingerprint(api, call))) {
      case Beginning.First() -> first(caller, key, call, handler);
      case Beginning.Again(var answer) ->
          new Response(answer.status(), answer.headers(), answer.body()).with(REPLAYED, "true");
      case Beginning.AtWork() ->
          throw new HttpException(
              409, "The first call with this %s is not answered yet; try again".formatted(HEADER));
      case Beginning.CutOff() ->
          throw new HttpException(
              409,
              "The first call with this %s was cut off. Look whether it was done; if not, send it with another key"
                  .formatted(HEADER));
      case Beginning.Another() ->
          throw new HttpException(
              422, "This %s was sent before, with another call".formatted(HEADER));
    };
  }

  private Response first(String caller, String key, Call call, Handler handler)
      throws IOException, InterruptedException, UnauthorizedException {
    Response response;
    try {
      response = handler.answer(call);
    } catch (HttpException | RefusedException | IOException | UnauthorizedException e) {
      calls.forget(caller, key);
      throw e;
    } catch (RuntimeException e) {
      calls.abandon(caller, key);
      throw e;
    }
    calls.answered(
        caller, key, new KeyedCall.Answer(response.status(), response.headers(), response.body()));
    return response;
  }

  /** Of all that decides about the answer. */
  private static String fingerprint(String api, Call call) {
    Request request = call.request();
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    String said =
        String.join(
            "\n",
            List.of(
                api,
                request.method().name(),
                request.path().toString(),
                new TreeMap<>(request.query()).toString(),
                call.version().toString(),
                ""));
    digest.update(said.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(request.body()));
  }
}
