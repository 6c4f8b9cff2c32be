package atoll.identity;

import atoll.model.ProjectId;
import atoll.model.Scope;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes tokens, signed, and reads them. The bytes, of which a token is the base64url:
 *
 * <pre>
 *   1 version   1 methods   1 kind of scope   16 user   16 project   8 era
 *   8 issued at   8 expires at   16 audit id   16 parent's audit id   32 HMAC-SHA256 of all before
 * </pre>
 *
 * Numbers are big-endian, times microseconds since 1970; what a token has not is zero.
 */
final class TokenText {
  private static final byte VERSION = 1;
  private static final int ID_BYTES = 16;
  private static final int PAYLOAD_BYTES = 3 + 4 * ID_BYTES + 3 * Long.BYTES;

  /** 123 bytes are 164 letters without a bit over, so that no two texts are the same token. */
  private static final int LENGTH = (PAYLOAD_BYTES + MacKey.BYTES) / 3 * 4;

  private static final byte UNSCOPED = 0;
  private static final byte PROJECT = 1;
  private static final byte DOMAIN = 2;
  private static final byte SYSTEM = 3;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final MacKey key;

  TokenText(MacKey key) {
    this.key = key;
  }

  /** Sixteen bytes as they name a token. */
  static String auditId(byte[] bytes) {
    return ENCODER.encodeToString(bytes);
  }

  /** The token as its user gets it. */
  String write(Token token) {
    var bytes = ByteBuffer.allocate(PAYLOAD_BYTES + MacKey.BYTES);
    bytes.put(VERSION);
    bytes.put(bits(token));
    bytes.put(kind(token.scope()));
    bytes.put(HexFormat.of().parseHex(token.userId()));
    putProject(bytes, token.scope());
    bytes.putLong(token.userEra());
    putTime(bytes, token.issuedAt());
    putTime(bytes, token.expiresAt());
    bytes.put(DECODER.decode(token.auditId()));
    bytes.put(
        token.parentAuditId() == null ? new byte[ID_BYTES] : DECODER.decode(token.parentAuditId()));
    bytes.put(key.mac(Arrays.copyOf(bytes.array(), PAYLOAD_BYTES)));
    return ENCODER.encodeToString(bytes.array());
  }

  /** What is written in a token; null if it is not one that was signed here. */
  @Nullable Token read(String text) {
    byte[] signed = decoded(text);
    if (signed == null) {
      return null;
    }
    byte[] payload = Arrays.copyOf(signed, PAYLOAD_BYTES);
    byte[] mac = Arrays.copyOfRange(signed, PAYLOAD_BYTES, signed.length);
    if (!MessageDigest.isEqual(mac, key.mac(payload)) || payload[0] != VERSION) {
      return null;
    }
    return token(ByteBuffer.wrap(payload, 1, PAYLOAD_BYTES - 1));
  }

  private static byte @Nullable [] decoded(String text) {
    if (text.length() != LENGTH) {
      return null;
    }
    try {
      byte[] bytes = DECODER.decode(text);
      return bytes.length == PAYLOAD_BYTES + MacKey.BYTES ? bytes : null; // less with padding
    } catch (IllegalArgumentException _) {
      return null; // not base64url, so no token
    }
  }

  private static Token token(ByteBuffer bytes) {
    byte methods = bytes.get();
    byte kind = bytes.get();
    String user = HexFormat.of().formatHex(id(bytes));
    var project = new ProjectId(new UUID(bytes.getLong(), bytes.getLong()));
    long era = bytes.getLong();
    Instant issuedAt = time(bytes);
    Instant expiresAt = time(bytes);
    String auditId = auditId(id(bytes));
    byte[] parent = id(bytes);
    return new Token(
        methods(methods),
        user,
        era,
        scope(kind, project),
        issuedAt,
        expiresAt,
        auditId,
        Arrays.equals(parent, new byte[ID_BYTES]) ? null : auditId(parent));
  }

  private static byte bits(Token token) {
    int bits = 0;
    for (Token.Method method : token.methods()) {
      bits |= method.bit();
    }
    return (byte) bits;
  }

  private static EnumSet<Token.Method> methods(byte bits) {
    var methods = EnumSet.noneOf(Token.Method.class);
    for (Token.Method method : Token.Method.values()) {
      if ((bits & method.bit()) != 0) {
        methods.add(method);
      }
    }
    return methods;
  }

  private static byte kind(@Nullable Scope scope) {
    return switch (scope) {
      case null -> UNSCOPED;
      case Scope.OfProject(_) -> PROJECT;
      case Scope.OfDomain() -> DOMAIN;
      case Scope.OfSystem() -> SYSTEM;
    };
  }

  private static @Nullable Scope scope(byte kind, ProjectId project) {
    return switch (kind) {
      case UNSCOPED -> null;
      case PROJECT -> new Scope.OfProject(project);
      case DOMAIN -> new Scope.OfDomain();
      case SYSTEM -> new Scope.OfSystem();
      default -> throw new IllegalStateException("a signed token has scope " + kind);
    };
  }

  private static void putProject(ByteBuffer bytes, @Nullable Scope scope) {
    UUID id = scope instanceof Scope.OfProject(var project) ? project.value() : new UUID(0, 0);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
  }

  private static void putTime(ByteBuffer bytes, Instant time) {
    bytes.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, time));
  }

  private static Instant time(ByteBuffer bytes) {
    return Instant.EPOCH.plus(bytes.getLong(), ChronoUnit.MICROS);
  }

  private static byte[] id(ByteBuffer bytes) {
    var id = new byte[ID_BYTES];
    bytes.get(id);
    return id;
  }
}
