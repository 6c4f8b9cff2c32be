package atoll.repository;

/**
 * Where a record lies.
 *
 * @param pack the pack that holds it
 * @param key the domain key the pack is sealed with
 * @param offsetBytes where in the pack, less than 4 GiB
 * @param lengthBytes how long with its tag
 * @param encoding how its content is encoded, see {@link Encoding}
 */
record Place(ObjectId pack, ObjectId key, long offsetBytes, int lengthBytes, int encoding) {
  Place {
    if (offsetBytes < ObjectHeader.BYTES || offsetBytes > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException("record at " + offsetBytes + " of pack " + pack);
    }
    if (lengthBytes <= RecordCipher.TAG_BYTES || !Encoding.isKnown(encoding)) {
      throw new IllegalArgumentException(
          "record of " + lengthBytes + " bytes and encoding " + encoding + " in pack " + pack);
    }
  }

  /** The first byte behind it. */
  long endBytes() {
    return offsetBytes + lengthBytes;
  }
}
