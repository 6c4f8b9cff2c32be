package atoll.objectstore;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects in memory: for tests and demonstrations; durable as long as the process. */
public final class MemoryObjectStore implements ObjectStore {
  private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

  /** Makes an empty store. */
  public MemoryObjectStore() {}

  @Override
  public void put(String key, ByteBuffer content) {
    ObjectKeys.checked(key);
    var bytes = new byte[content.remaining()];
    content.get(bytes);
    objects.put(key, bytes);
  }

  @Override
  public Optional<ConditionalPut> conditionalPut() {
    return Optional.of((key, content) -> {
      var bytes = new byte[content.remaining()];
      content.get(bytes);
      return objects.putIfAbsent(ObjectKeys.checked(key), bytes) == null;
    });
  }

  @Override
  public ByteBuffer get(String key, int bytesMax) throws IOException {
    byte[] bytes = bytesOf(key);
    ObjectTooLongException.check(toString(), key, bytes.length, bytesMax);
    return ByteBuffer.wrap(bytes.clone());
  }

  @Override
  public void get(String key, long offsetBytes, ByteBuffer destination) throws IOException {
    byte[] bytes = bytesOf(key);
    if (offsetBytes < 0) {
      throw new IllegalArgumentException("offset " + offsetBytes + " of " + key);
    }
    if (destination.remaining() > bytes.length - offsetBytes) {
      throw new EOFException(
          "%s has %d bytes, asked for %d at %d"
              .formatted(key, bytes.length, destination.remaining(), offsetBytes));
    }
    destination.put(bytes, Math.toIntExact(offsetBytes), destination.remaining());
  }

  @Override
  public void delete(String key) {
    objects.remove(ObjectKeys.checked(key));
  }

  @Override
  public boolean exists(String key) {
    return objects.containsKey(ObjectKeys.checked(key));
  }

  @Override
  public void list(String prefix, ObjectVisitor visitor) throws IOException {
    ObjectKeys.checkedPrefix(prefix);
    for (Map.Entry<String, byte[]> object : objects.tailMap(prefix).entrySet()) {
      if (!object.getKey().startsWith(prefix)) {
        return;
      }
      visitor.visit(object.getKey(), object.getValue().length);
    }
  }

  @Override
  public void close() {
    // Nothing is held open.
  }

  @Override
  public String toString() {
    return "memory";
  }

  private byte[] bytesOf(String key) throws NoSuchObjectException {
    byte[] bytes = objects.get(ObjectKeys.checked(key));
    if (bytes == null) {
      throw new NoSuchObjectException(toString(), key);
    }
    return bytes;
  }
}
