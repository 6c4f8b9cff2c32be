package atoll.api.openstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.http.HttpException;
import atoll.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The words are those that Cinder was recorded to use. */
class FieldsTest {
  private static Fields volume(String object) {
    String body = "{\"volume\": " + object + "}";
    return Fields.in(Json.read(body.getBytes(StandardCharsets.UTF_8)), "volume");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage(message);
  }

  @Test
  void whatIsAbsentOrNullIsNull() {
    Fields fields = volume("{\"a\": null}");
    assertThat(fields.text("a", 5)).isNull();
    assertThat(fields.text("b", 5)).isNull();
    assertThat(fields.number("a", 0, 1)).isNull();
    assertThat(fields.uuid("a")).isNull();
    assertThat(fields.texts("a")).isEmpty();
    assertThat(fields.flag("a", true)).isTrue();
    assertThat(fields.has("a")).isTrue();
    assertThat(fields.has("c")).isFalse();
    fields.end();
  }

  @Test
  void valuesAreReadInTheWaysClientsWriteThem() {
    Fields fields =
        volume(
            "{\"n\": \"12\", \"m\": 3, \"f\": \"yes\", \"g\": 0, \"t\": {\"k\": \"v\"},"
                + " \"u\": \"0123456789abcdef0123456789abcdef\"}");
    assertThat(fields.number("n", 0, 99)).isEqualTo(12);
    assertThat(fields.requiredNumber("m", 0, 99)).isEqualTo(3);
    assertThat(fields.flag("f", false)).isTrue();
    assertThat(fields.flag("g", true)).isFalse();
    assertThat(fields.texts("t")).isEqualTo(Map.of("k", "v"));
    assertThat(fields.uuid("u")).hasToString("01234567-89ab-cdef-0123-456789abcdef");
  }

  @Test
  void refusalsNameTheFieldAndTheValue() {
    assertRefused(
        () -> volume("{\"name\": \"\"}").requiredText("name", 1, 255),
        "Invalid input for field/attribute name. Value: . '' is too short");
    assertRefused(
        () -> volume("{\"new_size\": null}").requiredNumber("new_size", 1, 9),
        "Invalid input for field/attribute new_size. Value: None. None is not of type 'integer',"
            + " 'string'");
    assertRefused(
        () -> volume("{\"extra_specs\": [\"invalid\"]}").texts("extra_specs"),
        "Invalid input for field/attribute extra_specs. Value: ['invalid']. ['invalid'] is not of"
            + " type 'object'");
    assertRefused(
        () -> volume("{\"size\": 0}").number("size", 1, 9),
        "Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1");
    assertRefused(
        () -> volume("{\"size\": true}").number("size", 1, 9),
        "Invalid input for field/attribute size. Value: True. True is not of type 'integer',"
            + " 'string'");
    assertRefused(() -> volume("{}").required("size"), "'size' is a required property");
  }

  @Test
  void whatNobodyAskedForIsRefused() {
    Fields fields = volume("{\"name\": \"a\", \"nmae\": \"b\"}");
    fields.text("name", 255);
    assertRefused(fields::end, "Additional properties are not allowed ('nmae' was unexpected)");
  }

  @Test
  void bodiesThatAreNoneAreRefused() {
    for (String body : new String[] {"", "{", "{\"a\": 1} x", "{\"a\": 1, \"a\": 2}", "\u0000"}) {
      assertThatThrownBy(() -> Json.read(body.getBytes(StandardCharsets.UTF_8)))
          .as(body)
          .isInstanceOfSatisfying(HttpException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
    assertThatThrownBy(() -> volume("[]")).isInstanceOf(HttpException.class);
    assertThatThrownBy(() -> Fields.in(Json.read("[]".getBytes(StandardCharsets.UTF_8)), "a"))
        .isInstanceOf(HttpException.class);
  }
}
