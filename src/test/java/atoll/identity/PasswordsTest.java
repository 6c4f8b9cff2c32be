package atoll.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordsTest {
  private final Passwords passwords = new Passwords(new Randomness(new SecureRandom()));

  @Test
  void hashSaysWhatItCost() {
    String hash = passwords.hash("geheim");
    assertThat(hash)
        .matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
    assertThat(passwords.matches("geheim", hash)).isTrue();
    assertThat(passwords.matches("gehein", hash)).isFalse();
  }

  @Test
  void twoHashesOfOnePasswordDiffer() {
    assertThat(passwords.hash("geheim")).isNotEqualTo(passwords.hash("geheim"));
  }

  /** Made by the reference implementation: {@code argon2 somesalt -id -t 2 -k 256 -p 1 -e}. */
  @Test
  void hashOfTheReferenceImplementationIsUnderstood() {
    String hash =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ" + "$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assertThat(passwords.matches("password", hash)).isTrue();
  }

  @Test
  void aLetterIsTheSameHoweverItIsTyped() {
    assertThat(passwords.matches("cafe\u0301", passwords.hash("caf\u00e9"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\ud800", "a\udc00b"})
  void whatIsNoTextIsNoPassword(String password) {
    assertThatThrownBy(() -> passwords.hash(password)).isInstanceOf(IdentityRefusedException.class);
    assertThat(passwords.matches(password, passwords.hash("?"))).isFalse();
  }

  @Test
  void endlessPasswordsCostNothing() {
    String endless = "x".repeat(Passwords.CHARACTERS_MAX + 1);
    assertThatThrownBy(() -> passwords.hash(endless)).isInstanceOf(IdentityRefusedException.class);
  }
}
