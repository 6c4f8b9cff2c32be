package atoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.engine.VolumeSpec;
import atoll.model.Owner;
import atoll.model.ProjectId;
import atoll.model.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiteTest {
  private static final Owner OWNER = new Owner(new ProjectId(new UUID(1, 1)), "tester");

  @TempDir Path folder;

  @Test
  void whatWasMadeIsThereWhenASiteIsOpenedAgain() throws IOException {
    Volume made;
    try (Site site = Site.open(folder.resolve("site"))) {
      made = site.engine().volumes().create(VolumeSpec.of(OWNER, "v", 1 << 20));
    }
    try (Site site = Site.open(folder.resolve("site"))) {
      assertThat(site.engine().volumes().list()).containsExactly(made);
    }
  }

  @Test
  void aFolderThatIsOpenCannotBeOpenedASecondTime() throws IOException {
    try (Site first = Site.open(folder.resolve("site"))) {
      assertThat(first.engine().volumes().list()).isEmpty();
      assertThatThrownBy(() -> Site.open(folder.resolve("site")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process of Atoll is at work");
    }
    Site.open(folder.resolve("site")).close();
  }

  @Test
  void aSiteWhoseRepositoryIsMissingIsNotGivenANewOne() throws IOException {
    Site.open(folder.resolve("site")).close();
    Path repository = folder.resolve("site/repository");
    Files.move(repository, folder.resolve("elsewhere"));
    assertThatThrownBy(() -> Site.open(folder.resolve("site")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("repository");
    assertThat(repository).doesNotExist();
    Files.move(folder.resolve("elsewhere"), repository);
    Site.open(folder.resolve("site")).close();
  }
}
