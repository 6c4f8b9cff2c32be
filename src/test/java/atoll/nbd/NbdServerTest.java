package atoll.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.nbd.NbdTestClient.SimpleReply;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets, limits, clients beside one another, and the end. */
@Timeout(60)
final class NbdServerTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  @TempDir private Path folder;
  private Path socket = Path.of("");

  @BeforeEach
  void nameSocket() {
    socket = folder.resolve("nbd");
  }

  private NbdTestClient simple() throws IOException {
    NbdTestClient client = NbdTestClient.greeted(socket);
    client.go("");
    return client;
  }

  private NbdServer serve(TestImage image, NbdLimits limits) throws IOException {
    return NbdServer.listen(socket, List.of(Servers.export(image)), limits);
  }

  private static void assertReads(NbdTestClient client, TestImage image) throws IOException {
    client.request(0, NbdTestClient.READ, 1, 3, 10);
    assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
    assertThat(client.receiveBytes(10)).isEqualTo(image.bytes(3, 10));
  }

  // ----------------------------------------------------------------- socket

  @Test
  void socketIsItsOwnersAndGoesWithTheServer() throws IOException {
    try (var _ = Servers.serve(socket, TestImage.full(100))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void probeReadsWhatIsServed() throws IOException {
    try (var _ = Servers.serve(socket, TestImage.full(10_000))) {
      NbdProbe.read(socket);
    }
    try (var _ = Servers.serve(socket, TestImage.full(10))) {
      NbdProbe.read(socket);
    }
    TestImage broken = TestImage.full(10_000);
    broken.onRead((_, _) -> {
      throw new IOException("damaged");
    });
    try (var _ = Servers.serve(socket, broken)) {
      assertThatThrownBy(() -> NbdProbe.read(socket)).hasMessageContaining("cannot be read");
    }
  }

  @Test
  void socketOfADeadProcessIsReplaced() throws IOException {
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket)); // Java leaves the file when it closes this
    }
    assertThat(socket).exists();
    TestImage image = TestImage.full(100);
    try (var _ = Servers.serve(socket, image);
        var client = simple()) {
      assertReads(client, image);
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void socketOfALivingServerIsLeftAlone() throws IOException {
    TestImage image = TestImage.full(100);
    try (var _ = Servers.serve(socket, image)) {
      assertThatThrownBy(() -> Servers.serve(socket, TestImage.full(1)))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining("another process listens there");
      try (var client = simple()) {
        assertReads(client, image);
      }
    }
  }

  @Test
  void otherFilesAreLeftAlone() throws IOException {
    Files.writeString(socket, "precious");
    assertThatThrownBy(() -> Servers.serve(socket, TestImage.full(1)))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("is no socket");
    assertThat(socket).hasContent("precious");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
    assertThatThrownBy(() -> Servers.serve(link, TestImage.full(1)))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void fileThatTookThePlaceOfTheSocketIsLeftAlone() throws IOException {
    try (var _ = Servers.serve(socket, TestImage.full(100))) {
      Files.delete(socket);
      Files.writeString(socket, "precious");
    }
    assertThat(socket).hasContent("precious");
  }

  @Test
  void impossibleNamesAreRefused() throws IOException {
    int prefix = folder.toString().length() + 1;
    Path longest = folder.resolve("s".repeat(106 - prefix));
    try (var _ = Servers.serve(longest, TestImage.full(1));
        var client = NbdTestClient.greeted(longest)) {
      client.go("");
    }
    assertThatThrownBy(
            () -> Servers.serve(folder.resolve("s".repeat(107 - prefix)), TestImage.full(1)))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("at most 106 bytes, this one 107");
    assertThatThrownBy(() -> Servers.serve(folder.resolve("no/nbd"), TestImage.full(1)))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("make it first");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void servesOnLoopback() throws IOException {
    TestImage image = TestImage.full(100);
    try (var server =
            NbdServer.listenOnLoopback(0, List.of(Servers.export(image)), NbdLimits.defaults());
        var client = NbdTestClient.connect(server.address())) {
      client.greet(3);
      client.go("");
      assertReads(client, image);
    }
  }

  // ---------------------------------------------------------- side by side

  @Test
  void requestsOfOneClientAreWorkedOnSideBySide() throws Exception {
    TestImage image = TestImage.full(100_000);
    var together = new CyclicBarrier(4);
    image.onRead((_, _) -> await(together));
    try (var _ = serve(image, Servers.limits(2, 4, LONG));
        var client = simple()) {
      for (int cookie = 0; cookie < 8; cookie++) {
        client.request(0, NbdTestClient.READ, cookie, cookie * 100L, 100);
      }
      Set<Long> cookies = new HashSet<>();
      for (int i = 0; i < 8; i++) {
        SimpleReply reply = client.simpleReply();
        assertThat(reply.error()).isZero();
        assertThat(client.receiveBytes(100)).isEqualTo(image.bytes(reply.cookie() * 100, 100));
        cookies.add(reply.cookie());
      }
      assertThat(cookies).hasSize(8);
    }
  }

  private static void await(CyclicBarrier barrier) throws IOException {
    try {
      barrier.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IOException("not so many at once", e);
    }
  }

  @Test
  void quickReplyOvertakesASlowOne() throws Exception {
    TestImage image = TestImage.full(1000);
    var mayGoOn = new CountDownLatch(1);
    image.onRead((offset, _) -> {
      if (offset == 0) {
        await(mayGoOn);
      }
    });
    try (var _ = Servers.serve(socket, image);
        var client = simple()) {
      client.request(0, NbdTestClient.READ, 1, 0, 10);
      client.request(0, NbdTestClient.READ, 2, 500, 10);
      assertThat(client.simpleReply().cookie()).isEqualTo(2);
      assertThat(client.receiveBytes(10)).isEqualTo(image.bytes(500, 10));
      mayGoOn.countDown();
      assertThat(client.simpleReply().cookie()).isEqualTo(1);
      assertThat(client.receiveBytes(10)).isEqualTo(image.bytes(0, 10));
    }
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IOException("nobody opened the gate");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void noMoreRequestsAreWorkedOnThanAllowed() throws Exception {
    TestImage image = TestImage.full(1000);
    var most = new int[2]; // now, and at most
    image.onRead((_, _) -> {
      synchronized (most) {
        most[0]++;
        most[1] = Math.max(most[1], most[0]);
      }
      Thread.onSpinWait();
      synchronized (most) {
        most[0]--;
      }
    });
    try (var _ = serve(image, Servers.limits(2, 3, LONG));
        var client = simple()) {
      for (int cookie = 0; cookie < 200; cookie++) {
        client.request(0, NbdTestClient.READ, cookie, 0, 10);
      }
      for (int i = 0; i < 200; i++) {
        assertThat(client.simpleReply().error()).isZero();
        client.receive(10);
      }
    }
    assertThat(most[1]).isBetween(1, 3);
  }

  @Test
  void clientThatTakesNothingHarmsNoOther() throws IOException {
    TestImage image = TestImage.full(8 << 20);
    try (var _ = Servers.serve(socket, image);
        var glutton = simple();
        var other = simple()) {
      for (int i = 0; i < 100; i++) { // more than its socket, its allowance and its threads hold
        glutton.request(0, NbdTestClient.READ, i, 0, 8 << 20);
      }
      assertReads(other, image);
      for (int i = 0; i < 100; i++) {
        assertThat(glutton.simpleReply().error()).isZero();
        glutton.receive(8 << 20);
      }
    }
  }

  @Test
  void clientsBeyondTheLimitAreTurnedAway() throws IOException {
    TestImage image = TestImage.full(100);
    try (var server = serve(image, Servers.limits(2, 2, LONG));
        var first = simple()) {
      try (var second = simple();
          var third = NbdTestClient.connect(socket)) {
        third.assertEnded();
        assertReads(second, image);
      }
      while (server.connections() == 2) {
        Thread.onSpinWait(); // the server hears of it in its own time
      }
      try (var fourth = simple()) {
        assertReads(fourth, image);
      }
      assertReads(first, image);
    }
  }

  // ------------------------------------------------------------ hostile, end

  @Test
  void slowHandshakeIsEnded() throws IOException {
    TestImage image = TestImage.full(100);
    try (var _ = serve(image, Servers.limits(2, 2, Duration.ofMillis(50)));
        var silent = NbdTestClient.connect(socket);
        var halfway = NbdTestClient.greeted(socket)) {
      silent.receive(18);
      silent.assertEnded();
      halfway.assertEnded();
    }
    try (var _ = serve(image, Servers.limits(2, 2, Duration.ofSeconds(20)));
        var client = simple()) {
      assertReads(client, image);
    }
  }

  @Test
  void patienceIsForTheHandshakeOnly() throws IOException {
    TestImage image = TestImage.full(100);
    try (var _ = serve(image, Servers.limits(2, 2, Duration.ofSeconds(3)));
        var client = simple();
        var silent = NbdTestClient.connect(socket)) {
      silent.receive(18);
      silent.assertEnded(); // so the patience is over for the other, too, or nearly
      assertReads(client, image);
    }
  }

  @Test
  void halfClosedClientGetsItsRepliesAndIsEnded() throws IOException {
    TestImage image = TestImage.full(1000);
    try (var _ = Servers.serve(socket, image);
        var client = simple()) {
      for (int i = 0; i < 50; i++) {
        client.request(0, NbdTestClient.READ, i, 0, 1000);
      }
      client.endOutput();
      for (int i = 0; i < 50; i++) {
        assertThat(client.simpleReply().error()).isZero();
        assertThat(client.receiveBytes(1000)).isEqualTo(image.bytes(0, 1000));
      }
      client.assertEnded();
    }
  }

  @Test
  void clientThatGoesWithoutTakingItsRepliesIsGivenUp() throws Exception {
    TestImage image = TestImage.full(8 << 20);
    try (var server = serve(image, Servers.limits(1, 2, Duration.ofMillis(50)));
        var client = simple()) {
      client.request(0, NbdTestClient.READ, 1, 0, 8 << 20);
      client.endOutput();
      while (server.connections() > 0) {
        Thread.onSpinWait(); // ends with the patience, not with the client
      }
    }
  }

  @Test
  void disconnectAnswersWhatWasAskedBefore() throws Exception {
    TestImage image = TestImage.full(1000);
    var mayGoOn = new CountDownLatch(1);
    image.onRead((_, _) -> await(mayGoOn));
    try (var _ = Servers.serve(socket, image);
        var client = simple()) {
      client.request(0, NbdTestClient.READ, 1, 0, 10);
      client.request(0, NbdTestClient.DISC, 2, 0, 0);
      mayGoOn.countDown();
      assertThat(client.simpleReply()).isEqualTo(new SimpleReply(0, 1));
      client.receive(10);
      client.assertEnded();
    }
  }

  @Test
  void garbageInsteadOfARequestEndsOnlyThatConnection() throws IOException {
    TestImage image = TestImage.full(1000);
    try (var _ = Servers.serve(socket, image);
        var good = simple()) {
      try (var bad = simple()) {
        bad.send(ByteBuffer.wrap(new byte[28]));
        bad.assertEnded();
      }
      try (var bad = simple()) {
        bad.send(NbdTestClient.requestBytes(0, 0, 1, 0, 10).limit(27));
        bad.endOutput();
        bad.assertEnded();
      }
      assertReads(good, image);
    }
  }

  @Test
  void closeEndsAllConnectionsAndThreads() throws Exception {
    TestImage image = TestImage.full(8 << 20);
    var begun = new CountDownLatch(1);
    image.onRead((_, _) -> begun.countDown());
    var server = Servers.serve(socket, image);
    try (var idle = simple();
        var stuck = simple();
        var halfway = NbdTestClient.greeted(socket)) {
      for (int i = 0; i < 20; i++) {
        stuck.request(0, NbdTestClient.READ, i, 0, 8 << 20);
      }
      begun.await();
      server.close();
      idle.assertEnded();
      halfway.assertEnded();
      assertThat(server.connections()).isZero();
      server.close(); // once more is nothing
    }
    assertThat(folder).isEmptyDirectory();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("nbd-")) {
        thread.join(); // its work is over; hangs, and fails, if it is not
      }
    }
  }
}
