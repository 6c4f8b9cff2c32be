package atoll.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RequestTest {
  @Test
  void partsOfUrlsAreDecoded() {
    assertThat(Request.segments("/a+b/%2F")).containsExactly("a+b", "/");
    assertThat(Request.parameters("a+b=c%20d&a+b=e")).containsEntry("a b", List.of("c d", "e"));
  }

  @Test
  void aCharacterOfZeroIsRefused() {
    assertThatThrownBy(() -> Request.segments("/a%00"))
        .isInstanceOf(HttpException.class)
        .hasMessageContaining("a character of zero");
    assertThatThrownBy(() -> Request.parameters("name=%00")).isInstanceOf(HttpException.class);
  }
}
