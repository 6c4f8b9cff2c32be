package atoll.nbd;

import static atoll.nbd.NbdTestClient.contexts;
import static atoll.nbd.NbdTestClient.question;
import static atoll.nbd.NbdTestClient.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import atoll.nbd.NbdTestClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every option, and every way to get it wrong. */
@Timeout(60)
final class HandshakeTest {
  private static final int FLAGS = 1 | 1 << 1 | 1 << 8 | 1 << 10;
  private static final int SEND_DF = 1 << 7;

  @TempDir private Path folder;
  private Path socket = Path.of("");
  private NbdServer server = Servers.none();

  @BeforeEach
  void serve() throws IOException {
    socket = folder.resolve("nbd");
    server =
        NbdServer.listen(
            socket,
            List.of(
                new NbdExport("first", "the first", TestImage.full(1000), 65536),
                new NbdExport("zweiter ä", "", TestImage.full(5), NbdExport.PREFERRED_BYTES)),
            NbdLimits.defaults());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private NbdTestClient greeted() throws IOException {
    return NbdTestClient.greeted(socket);
  }

  private static void assertInfo(OptionReply reply, int info, ByteBuffer expected) {
    assertThat(reply.type()).isEqualTo(NbdTestClient.INFO_REPLY);
    ByteBuffer data = reply.data().duplicate();
    assertThat(data.getShort()).isEqualTo((short) info);
    assertThat(data).isEqualTo(expected);
  }

  private static ByteBuffer export(long sizeBytes, int flags) {
    return ByteBuffer.allocate(10).putLong(sizeBytes).putShort((short) flags).flip();
  }

  @Test
  void exportNameGivesSizeFlagsAndZeroes() throws IOException {
    for (int clientFlags : List.of(0, 1, 2, 3)) {
      try (var client = NbdTestClient.connect(socket)) {
        client.greet(clientFlags);
        client.option(NbdTestClient.EXPORT_NAME, utf8("zweiter ä"));
        assertThat(client.receive(10)).isEqualTo(export(5, FLAGS));
        if (clientFlags < 2) {
          assertThat(client.receiveBytes(124)).containsOnly(0);
        }
        client.request(0, NbdTestClient.READ, 77, 1, 3);
        assertThat(client.simpleReply()).isEqualTo(new NbdTestClient.SimpleReply(0, 77));
        assertThat(client.receiveBytes(3)).isEqualTo(TestImage.full(5).bytes(1, 3));
      }
    }
  }

  @Test
  void exportNameOfNoExportEndsTheConnection() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.EXPORT_NAME, utf8("third"));
      client.assertEnded();
    }
  }

  @Test
  void goTellsWhatIsAskedAndBegins() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.GO, question("first", 1, 2, 3, 99));
      assertInfo(client.optionReply(NbdTestClient.GO), 0, export(1000, FLAGS));
      assertInfo(client.optionReply(NbdTestClient.GO), 1, ByteBuffer.wrap(utf8("first")));
      assertInfo(client.optionReply(NbdTestClient.GO), 2, ByteBuffer.wrap(utf8("the first")));
      ByteBuffer sizes = ByteBuffer.allocate(12).putInt(1).putInt(65536).putInt(32 << 20);
      assertInfo(client.optionReply(NbdTestClient.GO), 3, sizes.flip());
      assertThat(client.optionReply(NbdTestClient.GO).type()).isEqualTo(NbdTestClient.ACK);
      client.request(0, NbdTestClient.READ, 1, 0, 10);
      assertThat(client.simpleReply().error()).isZero();
      assertThat(client.receiveBytes(10)).isEqualTo(TestImage.full(1000).bytes(0, 10));
    }
  }

  @Test
  void infoTellsAndGoesOn() throws IOException {
    try (var client = greeted()) {
      for (String name : List.of("first", "")) {
        client.option(NbdTestClient.INFO, question(name, 1));
        assertInfo(client.optionReply(NbdTestClient.INFO), 0, export(1000, FLAGS));
        assertInfo(client.optionReply(NbdTestClient.INFO), 1, ByteBuffer.wrap(utf8("first")));
        assertThat(client.optionReply(NbdTestClient.INFO).type()).isEqualTo(NbdTestClient.ACK);
      }
      client.structured();
      client.option(NbdTestClient.INFO, question("zweiter ä"));
      assertInfo(client.optionReply(NbdTestClient.INFO), 0, export(5, FLAGS | SEND_DF));
      assertThat(client.optionReply(NbdTestClient.INFO).type()).isEqualTo(NbdTestClient.ACK);
    }
  }

  @Test
  void unknownExportsAreRefusedAndTheHandshakeGoesOn() throws IOException {
    try (var client = greeted()) {
      client.structured();
      for (int option :
          List.of(NbdTestClient.GO, NbdTestClient.INFO, NbdTestClient.LIST_META_CONTEXT)) {
        byte[] data =
            option == NbdTestClient.LIST_META_CONTEXT ? contexts("third") : question("third");
        client.option(option, data);
        OptionReply reply = client.optionReply(option);
        assertThat(reply.type()).isEqualTo(NbdTestClient.ERR_UNKNOWN);
        assertThat(reply.text()).contains("third");
      }
      client.option(NbdTestClient.GO, question("x".repeat(4096)));
      assertThat(client.optionReply(NbdTestClient.GO).data().limit()).isLessThan(4096);
      client.go("first");
    }
  }

  @Test
  void listNamesAllExports() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.LIST, new byte[0]);
      List<OptionReply> replies = client.optionReplies(NbdTestClient.LIST);
      assertThat(replies).hasSize(3);
      assertThat(replies.get(0).data())
          .isEqualTo(ByteBuffer.allocate(18).putInt(5).put(utf8("firstthe first")).flip());
      assertThat(replies.get(1).data())
          .isEqualTo(ByteBuffer.allocate(14).putInt(10).put(utf8("zweiter ä")).flip());
      client.option(NbdTestClient.LIST, new byte[1]);
      assertThat(client.optionReply(NbdTestClient.LIST).type())
          .isEqualTo(NbdTestClient.ERR_INVALID);
    }
  }

  @Test
  void abortIsAcknowledgedAndEnds() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.ABORT, new byte[0]);
      assertThat(client.optionReply(NbdTestClient.ABORT).type()).isEqualTo(NbdTestClient.ACK);
      client.assertEnded();
    }
  }

  @Test
  void unknownOptionsAreRefused() throws IOException {
    try (var client = greeted()) {
      for (int option :
          List.of(0, NbdTestClient.STARTTLS, 4, NbdTestClient.EXTENDED_HEADERS, 12, -1)) {
        client.option(option, new byte[option & 7]);
        assertThat(client.optionReply(option).type())
            .as("%d", option)
            .isEqualTo(NbdTestClient.ERR_UNSUP);
      }
      client.go("");
    }
  }

  @Test
  void contextsAreListed() throws IOException {
    try (var client = greeted()) {
      for (byte[] data :
          List.of(
              contexts("first"),
              contexts("", "base:"),
              contexts("first", "x:y", "base:allocation"))) {
        client.option(NbdTestClient.LIST_META_CONTEXT, data);
        List<OptionReply> replies = client.optionReplies(NbdTestClient.LIST_META_CONTEXT);
        assertThat(replies).hasSize(2);
        assertThat(replies.getFirst().text()).endsWith("base:allocation");
      }
      client.option(NbdTestClient.LIST_META_CONTEXT, contexts("first", "qemu:"));
      assertThat(client.optionReplies(NbdTestClient.LIST_META_CONTEXT)).hasSize(1);
    }
  }

  @Test
  void contextNeedsStructuredReplies() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.SET_META_CONTEXT, contexts("first", "base:allocation"));
      assertThat(client.optionReply(NbdTestClient.SET_META_CONTEXT).type())
          .isEqualTo(NbdTestClient.ERR_INVALID);
    }
  }

  @Test
  void contextCountsForTheExportItWasChosenFor() throws IOException {
    assertThat(statusError("first", "first", "base:allocation")).isZero();
    assertThat(statusError("", "first", "base:allocation")).as("the same by default").isZero();
    assertThat(statusError("zweiter ä", "first", "base:allocation")).isEqualTo(22);
    assertThat(statusError("first", "first", "base:")).isEqualTo(22);
    assertThat(statusError("first", "first")).isEqualTo(22);
  }

  /** The error of a block status after a choice of contexts for one export and going to another. */
  private int statusError(String chosenFor, String gone, String... queries) throws IOException {
    try (var client = greeted()) {
      client.structured();
      client.option(NbdTestClient.SET_META_CONTEXT, contexts(chosenFor, queries));
      assertThat(client.optionReplies(NbdTestClient.SET_META_CONTEXT).getLast().type())
          .isEqualTo(NbdTestClient.ACK);
      client.go(gone);
      client.request(0, NbdTestClient.BLOCK_STATUS, 1, 0, 5);
      NbdTestClient.Chunk chunk = client.chunk();
      return chunk.type() == NbdTestClient.CHUNK_ERROR ? chunk.error() : 0;
    }
  }

  @Test
  void laterChoiceReplacesTheEarlierAlsoIfItFails() throws IOException {
    try (var client = greeted()) {
      client.structured();
      client.option(NbdTestClient.SET_META_CONTEXT, contexts("first", "base:allocation"));
      assertThat(client.optionReplies(NbdTestClient.SET_META_CONTEXT)).hasSize(2);
      client.option(NbdTestClient.SET_META_CONTEXT, contexts("third", "base:allocation"));
      assertThat(client.optionReply(NbdTestClient.SET_META_CONTEXT).type())
          .isEqualTo(NbdTestClient.ERR_UNKNOWN);
      client.go("first");
      client.request(0, NbdTestClient.BLOCK_STATUS, 1, 0, 5);
      assertThat(client.chunk().error()).isEqualTo(22);
    }
  }

  @Test
  void dataThatAreNotTheOptionsAreInvalid() throws IOException {
    byte[] long4097 = question("x".repeat(4097));
    byte[] badUtf8 = {0, 0, 0, 1, (byte) 0xff, 0, 0};
    try (var client = greeted()) {
      client.structured();
      for (byte[] data :
          List.of(
              new byte[0],
              new byte[] {0, 0, 0},
              new byte[] {0, 0, 0, 9, 'x', 0, 0},
              new byte[] {-1, -1, -1, -1, 0, 0},
              new byte[] {0, 0, 0, 0, 0, 2, 0, 1},
              new byte[] {0, 0, 0, 0, 0, 0, 0},
              long4097,
              badUtf8)) {
        client.option(NbdTestClient.GO, data);
        assertThat(client.optionReply(NbdTestClient.GO).type())
            .isEqualTo(NbdTestClient.ERR_INVALID);
      }
      for (byte[] data :
          List.of(
              new byte[] {0, 0, 0, 0, -1, -1, -1, -1},
              new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 5, 'b'},
              new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1})) {
        client.option(NbdTestClient.SET_META_CONTEXT, data);
        assertThat(client.optionReply(NbdTestClient.SET_META_CONTEXT).type())
            .isEqualTo(NbdTestClient.ERR_INVALID);
      }
      client.go("first");
    }
  }

  @Test
  void longOptionsArePassedOverOrEndTheConnection() throws IOException {
    try (var client = greeted()) {
      client.option(NbdTestClient.GO, new byte[(16 << 10) + 1]);
      assertThat(client.optionReply(NbdTestClient.GO).type()).isEqualTo(NbdTestClient.ERR_TOO_BIG);
      client.option(42, new byte[1 << 20]);
      assertThat(client.optionReply(42).type()).isEqualTo(NbdTestClient.ERR_TOO_BIG);
      client.optionHeader(NbdTestClient.GO, -1);
      client.assertEnded();
    }
    try (var client = greeted()) {
      client.optionHeader(NbdTestClient.EXPORT_NAME, 17 << 10);
      client.assertEnded();
    }
  }

  @Test
  void garbageEndsTheConnection() throws IOException {
    try (var client = NbdTestClient.connect(socket)) {
      client.greet(4); // a flag that nobody knows
      client.assertEnded();
    }
    try (var client = greeted()) {
      client.send(ByteBuffer.wrap(utf8("GET / HTTP/1.1\r\nHost: x\r\n\r\n")));
      client.assertEnded();
    }
    try (var client = NbdTestClient.connect(socket)) {
      client.greet(0); // not fixed newstyle: knows one option only
      client.option(NbdTestClient.LIST, new byte[0]);
      client.assertEnded();
    }
  }

  @Test
  void clientsThatGoAtAnyPointHarmNobody() throws IOException {
    for (int bytes = 0; bytes < 24; bytes++) {
      try (var client = NbdTestClient.connect(socket)) {
        byte[] start = new byte[24];
        ByteBuffer.wrap(start).putInt(3).putLong(0x49484156454f5054L).putInt(7).putInt(100);
        client.send(ByteBuffer.wrap(start, 0, bytes));
        client.endOutput();
        client.receive(18);
        client.assertEnded();
      }
    }
    try (var client = greeted()) {
      client.go("first");
    }
  }
}
