package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.db.OnBothDatabases;
import atoll.model.Quota;
import atoll.model.QuotaScope;
import atoll.model.Volume;
import atoll.model.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quotas where no API stands before them. */
@OnBothDatabases
class QuotasTest {
  private static final long GIB = 1L << 30;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;

  @BeforeEach
  void open() throws IOException {
    site =
        TestSite.open(
            folder.resolve("site"),
            new NoMachines(),
            TestSite.SETTINGS.withQuotas(true),
            Steps.NONE);
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private void set(String name, long limit) {
    Map<String, Long> _ =
        engine.quotas().set(new QuotaScope.OneProject(OWNER.project()), Map.of(name, limit));
  }

  private Quota quota(String name) {
    return engine.quotas().usage(OWNER.project()).getOrDefault(name, new Quota(0, 0));
  }

  private VolumeId volume(long sizeBytes) {
    return engine.volumes().create(VolumeSpec.of(OWNER, "v", sizeBytes)).id();
  }

  @Test
  void aTakeOfSeveralVolumesCountsThemAll() throws Exception {
    List<VolumeId> volumes = Stream.generate(() -> volume(GIB)).limit(3).toList();
    set("snapshots", 2);
    assertThatThrownBy(() -> engine.snapshots().take(TakeRequest.of(OWNER, "s", volumes)))
        .hasMessageContaining("quota snapshots is 2, of which 0 are used, and 3 more");
    assertThat(engine.snapshots().list()).isEmpty();
    set("snapshots", 3);
    assertThat(engine.snapshots().take(TakeRequest.of(OWNER, "s", volumes))).hasSize(3);
    assertThat(quota("snapshots")).isEqualTo(new Quota(3, 3));
  }

  @Test
  void partsOfGigabytesAreCountedExactlyAndShownRoundedUp() {
    set("gigabytes", 1);
    volume(GIB / 2);
    volume(GIB / 4);
    assertThat(quota("gigabytes")).isEqualTo(new Quota(1, 1));
    VolumeId last = volume(GIB / 4);
    assertThatThrownBy(() -> volume(512))
        .isInstanceOfSatisfying(
            RefusedException.class,
            e ->
                assertThat(e.refusal())
                    .isInstanceOfSatisfying(
                        Refusal.OverQuota.class,
                        over -> {
                          assertThat(over.requested()).isEqualTo(1);
                          assertThat(over.used()).isEqualTo(1);
                        }));
    engine.volumes().delete(last);
    Volume made = engine.volumes().create(VolumeSpec.of(OWNER, "v", 512));
    assertThat(engine.volumes().list()).extracting(Volume::id).contains(made.id());
  }

  @Test
  void aQuotaNobodyKnowsIsRefused() {
    assertThatThrownBy(() -> set("cores", 1)).hasMessage("there is no quota cores");
  }
}
