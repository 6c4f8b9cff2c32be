package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackingFileNameTest {
  @TempDir Path folder;
  private Path image;

  @BeforeEach
  void makeImage() throws IOException {
    image = folder.resolve("image");
    Qcow2Writer.createEmpty(image, Qcow2Spec.ofSize(1 << 20).over("17.qcow2"));
  }

  private String name() throws IOException {
    try (var opened = Qcow2Image.open(image)) {
      return String.valueOf(opened.backingFile());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"17.qcow2", "18.qcow2", "9.qcow2", "123456789.qcow2", "x"})
  void theImageNamesAnother(String other) throws IOException {
    BackingFileName.write(image, other);
    assertThat(name()).isEqualTo(other);
  }

  @Test
  void nothingButTheNameChanges() throws IOException {
    byte[] before = Files.readAllBytes(image);
    BackingFileName.write(image, "1.qcow2");
    BackingFileName.write(image, "17.qcow2");
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @Test
  void anImageOverZerosGetsNoBackingFile() throws IOException {
    Path alone = folder.resolve("alone");
    Qcow2Writer.createEmpty(alone, Qcow2Spec.ofSize(1 << 20));
    assertThatThrownBy(() -> BackingFileName.write(alone, "x"))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("has no backing file");
  }

  @Test
  void whatLiesBehindTheNameIsNotOverwritten() throws IOException {
    try (var file = FileChannel.open(image, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {1}), HeaderWriter.BYTES_BEFORE_BACKING_FILE + 9);
    }
    byte[] before = Files.readAllBytes(image);
    assertThatThrownBy(() -> BackingFileName.write(image, "123456789.qcow2"))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining("cannot grow");
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  @Test
  void protocolsAreRefused() {
    assertThatThrownBy(() -> BackingFileName.write(image, "nbd:localhost"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
