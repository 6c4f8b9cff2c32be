package atoll.repository;

/**
 * One line of a pack's directory.
 *
 * @param kind {@link #CHUNK} or {@link #NODE}
 * @param level of a node; 0 of a chunk
 */
record PackEntry(
    int kind, int level, int encoding, long offsetBytes, int lengthBytes, Digest digest) {
  static final int CHUNK = 0;
  static final int NODE = 1;

  /** The record where it lies in a pack of a key. */
  Reference reference(ObjectId pack, ObjectId key) {
    return new Reference(digest, new Place(pack, key, offsetBytes, lengthBytes, encoding));
  }

  /** What the record is bound to. */
  byte[] data() {
    return kind == CHUNK ? ObjectNames.chunkData(digest) : ObjectNames.nodeData(level, digest);
  }

  /** The first byte behind the record. */
  long endBytes() {
    return offsetBytes + lengthBytes;
  }
}
