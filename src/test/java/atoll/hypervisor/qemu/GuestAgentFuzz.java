package atoll.hypervisor.qemu;

import static atoll.format.ImageExam.allow;

import atoll.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A guest's agent: an input is all that it says, see {@link Script}. */
public final class GuestAgentFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    String sync = "\u001e{\"error\": {\"desc\": \"JSON\"}}\n\u00ff{\"return\": \u001a}\n\u001e";
    return List.of(
        QmpFuzz.bytes(sync + "{\"return\": 2}\n\u001e{\"return\": 2}\n"),
        QmpFuzz.bytes(sync + "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}}\n"),
        QmpFuzz.bytes("\u001e\u00ff{\"return\": 1}\n" + sync + "{\"return\": -1}\n\u001e\n"));
  }

  @Override
  public void feed(byte[] input) {
    allow(() -> talk(new ScriptWire(new Script(input))));
  }

  private static void talk(AgentWire wire) throws IOException {
    try (var agent = new GuestAgent(wire)) {
      agent.synchronise(QmpFuzz.PATIENCE);
      // It may thaw all the same.
      allow(() -> agent.freeze(QmpFuzz.PATIENCE));
      agent.thaw(QmpFuzz.PATIENCE);
    }
  }

  /** Says the next part of a script when a line was heard, or when there is nothing else to say. */
  private static final class ScriptWire implements AgentWire {
    private final Script script;
    private ByteBuffer saying;

    ScriptWire(Script script) {
      this.script = script;
      this.saying = ByteBuffer.wrap(script.next());
    }

    @Override
    public void write(ByteBuffer bytes, long deadline) {
      var line = new byte[bytes.remaining()];
      bytes.get(line);
      script.heard(line);
      if (script.hasNext()) {
        byte[] next = script.next();
        saying = ByteBuffer.allocate(saying.remaining() + next.length).put(saying).put(next).flip();
      }
    }

    @Override
    public int read(ByteBuffer destination, long deadline) {
      while (!saying.hasRemaining()) {
        if (!script.hasNext()) {
          return -1;
        }
        saying = ByteBuffer.wrap(script.next());
      }
      int count = Math.min(destination.remaining(), saying.remaining());
      destination.put(saying.slice(saying.position(), count));
      saying.position(saying.position() + count);
      return count;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
