package atoll.engine;

import static atoll.engine.TestSite.OWNER;
import static atoll.engine.TestSite.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.ImageFormat;
import atoll.model.Backup;
import atoll.model.Message;
import atoll.model.MessageFilter;
import atoll.model.MessageKind;
import atoll.model.Page;
import atoll.model.TransferFilter;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.objectstore.FaultyObjectStore.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long messages stay, and what is told of a volume that is lost while it is offered. */
class MessagesTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private TestSite site;
  private Engine engine;
  private volatile Duration later = Duration.ZERO;

  @BeforeEach
  void open() throws IOException {
    site =
        TestSite.open(
            folder.resolve("site"),
            new NoMachines(),
            TestSite.SETTINGS,
            Steps.NONE,
            () -> Instant.now().plus(later));
    engine = site.engine;
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private List<Message> messages() {
    return engine
        .messages()
        .list(
            new MessageFilter(OWNER.project(), List.of(), null),
            new Page<>(List.of(), null, 0, 100));
  }

  private Volume imported(ImageFormat format) throws Exception {
    Path image = Files.write(folder.resolve("image-" + UUID.randomUUID()), new byte[MIB]);
    Volume volume = engine.volumes().importImage(VolumeSpec.of(OWNER, "v", MIB), image, format);
    assertThat(engine.volumes().awaitMade(volume.id(), PATIENCE)).isTrue();
    return volume;
  }

  private long rows() {
    MessageFilter all = new MessageFilter(null, List.of(), null);
    Page<MessageFilter.Key> page = new Page<>(List.of(), null, 0, 100);
    return site.database.read(tx -> tx.messages().list(all, page, Instant.EPOCH)).size();
  }

  @Test
  void aMessageGoesAfterThirtyDays() throws Exception {
    Volume first = imported(ImageFormat.QCOW2);
    Message message = messages().getFirst();
    assertThat(message.kind()).isEqualTo(MessageKind.IMPORT_FAILED);
    assertThat(message.subject()).isEqualTo(first.id().value());
    later = Duration.ofDays(30).minusMinutes(1);
    assertThat(messages()).containsExactly(message);
    later = Duration.ofDays(30).plusMinutes(1);
    assertThat(messages()).isEmpty();
    assertThatThrownBy(() -> engine.messages().get(message.id()))
        .isInstanceOf(RefusedException.class);
    assertThat(rows()).isEqualTo(1);
    Volume second = imported(ImageFormat.QCOW2);
    assertThat(messages())
        .singleElement()
        .extracting(Message::subject)
        .isEqualTo(second.id().value());
    assertThat(rows()).isEqualTo(1);
  }

  @Test
  void aVolumeThatIsLostIsOfferedNoMore() throws Exception {
    VolumeId volume = imported(ImageFormat.RAW).id();
    Transfers.Offer offer = engine.transfers().offer(volume, "t", true);
    site.close();
    Files.move(
        folder.resolve("site/volumes").resolve(volume.toString()), folder.resolve("elsewhere"));
    open();
    Eventually.await(() -> engine.volumes().get(volume).status() == VolumeStatus.ERROR);
    assertThat(messages()).extracting(Message::kind).containsExactly(MessageKind.VOLUME_LOST);
    assertThat(
            engine
                .transfers()
                .list(new TransferFilter(null, null, null), new Page<>(List.of(), null, 0, 100)))
        .isEmpty();
    assertThatThrownBy(() -> engine.transfers().accept(offer.transfer().id(), offer.key(), OWNER))
        .isInstanceOf(RefusedException.class);
    engine.volumes().delete(volume);
  }

  private VolumeStatus status(VolumeId volume) {
    return engine.volumes().get(volume).status();
  }

  private List<UUID> subjects(MessageKind kind) {
    return messages().stream()
        .filter(message -> message.kind() == kind)
        .map(Message::subject)
        .toList();
  }

  @Test
  void whoeverWaitsForWhatIsLostIsTold() throws Exception {
    VolumeId source = imported(ImageFormat.RAW).id();
    VolumeId onto = engine.volumes().create(VolumeSpec.of(OWNER, "onto", MIB)).id();
    site.store.follow(call -> call.operation().mutates() ? Fate.FAIL : Fate.PASS);
    Backup backup = engine.backups().create(source, new Backups.Spec(OWNER, "b", "", false));
    VolumeId made =
        engine.volumes().createFromBackup(VolumeSpec.of(OWNER, "r", MIB), backup.id()).id();
    engine.reverts().restore(onto, backup.id());
    site.close(); // else an attempt that has the files open may succeed
    Files.move(
        folder.resolve("site/volumes").resolve(source.toString()), folder.resolve("elsewhere"));
    open();
    Eventually.await(() ->
        status(onto) == VolumeStatus.AVAILABLE
            && status(made) == VolumeStatus.ERROR
            && status(source) == VolumeStatus.ERROR);
    assertThat(subjects(MessageKind.BACKUP_LOST)).containsExactly(backup.id().value());
    assertThat(subjects(MessageKind.RESTORE_FAILED)).containsExactly(onto.value());
    assertThat(subjects(MessageKind.VOLUME_LOST))
        .containsExactlyInAnyOrder(made.value(), source.value());
  }

  @Test
  void aVolumeThatIsOfferedIsTendedAsAnyOther() throws Exception {
    VolumeId volume = imported(ImageFormat.RAW).id();
    engine.snapshots().take(TakeRequest.of(OWNER, "s", List.of(volume)));
    engine.transfers().offer(volume, "t", false);
    assertThat(engine.awaitIdle(PATIENCE)).isTrue();
    assertThat(engine.volumes().get(volume).status()).isEqualTo(VolumeStatus.AWAITING_TRANSFER);
    assertThat(engine.volumes().layers(volume)).isEmpty();
  }
}
