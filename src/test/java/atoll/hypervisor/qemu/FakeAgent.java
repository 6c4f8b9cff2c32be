package atoll.hypervisor.qemu;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** A guest's agent that notes what it is told, and answers as a test wants. */
final class FakeAgent implements AutoCloseable {
  /** Answers a command other than the sync. */
  interface Answers {
    void answer(FakeQemu.Peer client, String command) throws IOException;
  }

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final FakeQemu fake;

  /** Listens on {@code socket}. */
  FakeAgent(Path socket, Answers answers) throws IOException {
    this.fake = FakeQemu.rude(socket, client -> serve(client, answers));
  }

  private void serve(FakeQemu.Peer client, Answers answers) throws IOException {
    while (true) {
      JsonNode command = client.hear();
      String name = command.path("execute").asString();
      heard.add(name);
      if (name.equals("guest-sync-delimited")) {
        // What the real one does with the byte 0xFF, and an answer that came too late for another.
        client.say("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}");
        client.sayBytes(ByteBuffer.wrap(new byte[] {(byte) 0xff}));
        client.say("{\"return\": 1}");
        client.sayBytes(ByteBuffer.wrap(new byte[] {(byte) 0xff}));
        client.say("{\"return\": %s}".formatted(command.path("arguments").path("id")));
      } else {
        answers.answer(client, name);
      }
    }
  }

  /** The names of the commands so far. */
  List<String> heard() {
    return heard;
  }

  @Override
  public void close() throws IOException {
    fake.close();
  }
}
