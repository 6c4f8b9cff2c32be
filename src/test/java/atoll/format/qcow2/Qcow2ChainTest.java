package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.CorruptImageException;
import atoll.format.Images;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Qcow2ChainTest {
  @TempDir Path temporary;
  private Path folder;
  private Path top;

  @BeforeEach
  void folders() throws IOException {
    folder = Files.createDirectory(temporary.resolve("volumes"));
    top = folder.resolve("top.qcow2");
  }

  private static Path overlay(Path file, String backingFile, String format) throws IOException {
    return ImageBytes.standard(3).backingFormat(format).backingFile(backingFile).write(file);
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> Qcow2Chain.open(top, folder))
        .isInstanceOf(CorruptImageException.class)
        .hasMessageContaining(message);
  }

  @Test
  void followsNamesFromTheFolderOfTheFileThatHasThem() throws IOException {
    Path below = Files.createDirectory(folder.resolve("below"));
    byte[] raw = new byte[4096];
    Arrays.fill(raw, (byte) 9);
    Files.write(folder.resolve("base.raw"), raw);
    overlay(below.resolve("middle.qcow2"), "../base.raw", "raw");
    overlay(top, "below/middle.qcow2", "qcow2");
    try (var chain = Qcow2Chain.open(top, folder)) {
      assertThat(Images.content(chain, 0, 1)).containsExactly(ImageBytes.DATA);
      assertThat(Images.content(chain, 2 * 512, 1)).containsExactly(9);
      assertThat(Images.content(chain, 5 * 512, 1)).containsExactly(0);
      assertThat(Images.content(chain, 20 * 512, 1)).containsExactly(0);
    }
  }

  @Test
  void absoluteNameWithinTheFolderIsFollowed() throws IOException {
    Path base = ImageBytes.standard(3).write(folder.resolve("base.qcow2"));
    overlay(top, base.toRealPath().toString(), "qcow2");
    Qcow2Chain.open(top, folder).close();
  }

  @Test
  void backingFileElsewhereIsRefused() throws IOException {
    Path outside = ImageBytes.standard(3).write(temporary.resolve("outside.qcow2"));
    overlay(top, "../outside.qcow2", "qcow2");
    assertRefused("backing file name leads to");
    overlay(top, outside.toString(), "qcow2");
    assertRefused("backing file name leads to");
    overlay(top, "/etc/hostname", "raw");
    assertRefused("backing file name leads to");
    Files.createSymbolicLink(folder.resolve("link"), outside);
    overlay(top, "link", "qcow2");
    assertRefused("backing file name leads to");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"json:{\"driver\":\"nbd\"}", "nbd://host/x", "file:base.qcow2", "a:b", ":"})
  void nameThatQemuWouldTakeForAProtocolIsRefused(String name) throws IOException {
    overlay(top, name, "qcow2");
    assertRefused("backing file name is '" + name + "', not that of a file");
  }

  @Test
  void formatIsNeverGuessed() throws IOException {
    ImageBytes.standard(3).write(folder.resolve("base"));
    ImageBytes.standard(3).backingFile("base").write(top);
    assertRefused("backing file format is missing");
    overlay(top, "base", "vmdk");
    assertRefused("backing file format is 'vmdk'");
    overlay(top, "base", "QCOW2");
    assertRefused("backing file format is 'QCOW2'");
  }

  @Test
  void rawBackingFileIsReadAsItIs() throws IOException {
    byte[] image = ImageBytes.standard(3).array();
    Files.write(folder.resolve("base"), image);
    overlay(top, "base", "raw");
    try (var chain = Qcow2Chain.open(top, folder)) {
      assertThat(Images.content(chain, 1024, 512)).isEqualTo(Arrays.copyOfRange(image, 1024, 1536));
    }
  }

  @Test
  void circleIsRefused() throws IOException {
    overlay(top, "top.qcow2", "qcow2");
    assertRefused("leads back to");
    overlay(top, "base.qcow2", "qcow2");
    overlay(folder.resolve("base.qcow2"), "./top.qcow2", "qcow2");
    assertRefused("leads back to");
    Files.delete(folder.resolve("base.qcow2"));
    Files.createLink(folder.resolve("base.qcow2"), top);
    assertRefused("leads back to");
  }

  @Test
  void chainThatIsTooLongIsRefused() throws IOException {
    ImageBytes.standard(3).write(folder.resolve("0"));
    for (int i = 1; i <= Qcow2Chain.LAYERS_MAX; i++) {
      overlay(folder.resolve("" + i), "" + (i - 1), "qcow2");
    }
    top = folder.resolve("" + Qcow2Chain.LAYERS_MAX);
    assertRefused("more than 128 layers");
    try (var chain = Qcow2Chain.open(folder.resolve("" + (Qcow2Chain.LAYERS_MAX - 1)), folder)) {
      assertThat(Images.content(chain, 40 * 512, 1)).containsExactly(0);
    }
  }

  @Test
  void missingOrUnreadableBackingFileIsNamed() throws IOException {
    overlay(top, "gone.qcow2", "qcow2");
    assertThatThrownBy(() -> Qcow2Chain.open(top, folder))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("gone.qcow2");
    overlay(top, ".", "raw");
    assertThatThrownBy(() -> Qcow2Chain.open(top, folder)).isInstanceOf(FileSystemException.class);
    Files.write(folder.resolve("base"), new byte[10]);
    overlay(top, "base", "qcow2");
    assertRefused("base: file is too short");
  }
}
