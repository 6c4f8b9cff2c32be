package atoll.objectstore;

final class MemoryObjectStoreTest extends ObjectStoreContract {
  @Override
  protected ObjectStore openEmpty() {
    return new MemoryObjectStore();
  }
}
