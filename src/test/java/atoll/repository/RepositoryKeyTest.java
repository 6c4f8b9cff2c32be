package atoll.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RepositoryKeyTest {
  @TempDir private Path folder;

  @Test
  void writtenKeyIsReadBackAndOnlyItsOwnersToRead() throws IOException {
    var key = RepositoryKey.generate(RepositoryFixture.RANDOM);
    Path file = folder.resolve("key");
    key.writeTo(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(Files.readString(file)).matches("atoll-key-1 [0-9a-f]{64}\n");
    assertThat(RepositoryKey.read(file).secret()).isEqualTo(key.secret());
    assertThat(key.toString()).doesNotContain(Hex.text(key.secret()));
  }

  @Test
  void keyIsNeverReplaced() throws IOException {
    Path file = folder.resolve("key");
    Files.writeString(file, "precious");
    var key = RepositoryKey.generate(RepositoryFixture.RANDOM);
    assertThatThrownBy(() -> key.writeTo(file)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("precious");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "atoll-key-1", "atoll-key-2 00", "atoll-key-1 0G", "secret"})
  void whatIsNoKeyFileIsRefused(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("key"), content);
    assertThatThrownBy(() -> RepositoryKey.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a key file");
    assertThatThrownBy(() -> RepositoryKey.read(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void endlessFileIsNoKeyFile() {
    assertThatThrownBy(() -> RepositoryKey.read(Path.of("/dev/zero")))
        .hasMessageContaining("not a key file");
  }
}
