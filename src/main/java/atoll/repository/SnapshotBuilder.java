package atoll.repository;

import java.io.IOException;

/** Takes what the workers made of an image, fills packs and makes the pointer table. */
final class SnapshotBuilder implements ChunkPipeline.Consumer {
  private final TableShape shape;
  private final DataKey key;
  private final KnownChunks known;
  private final PackUploader packs;
  private final TableWriter table;
  private final Lease lease;
  private final ProgressListener progress;
  private final long totalBytes;
  private long bytesRead;

  /** {@code totalBytes} is what there will be to read. */
  SnapshotBuilder(
      TableShape shape,
      DataKey key,
      KnownChunks known,
      PackUploader packs,
      TableWriter table,
      Lease lease,
      ProgressListener progress,
      long totalBytes) {
    this.shape = shape;
    this.key = key;
    this.known = known;
    this.packs = packs;
    this.table = table;
    this.lease = lease;
    this.progress = progress;
    this.totalBytes = totalBytes;
  }

  @Override
  public void batch(ChunkBatch batch) throws IOException {
    for (int i = 0; i < batch.count(); i++) {
      long chunk = batch.chunk(i);
      switch (batch.outcome(i)) {
        case ZERO -> table.remove(chunk, chunk + 1);
        case SAME -> {}
        case KNOWN -> table.put(chunk, new Reference(batch.digest(i), batch.place(i)));
        case NEW -> table.put(chunk, new Reference(batch.digest(i), placeOfNew(batch, i)));
      }
      bytesRead += shape.lengthOf(chunk);
    }
    lease.renewIfDue();
    progress.progressed(bytesRead, totalBytes);
  }

  /** It may have come to be known since the worker looked. */
  private Place placeOfNew(ChunkBatch batch, int i) throws IOException {
    Digest name = batch.name(i);
    Place place = packs.pending(name);
    if (place == null) {
      place = known.find(name, key.id());
    }
    if (place == null) {
      place =
          packs.addChunk(
              batch.digest(i),
              name,
              batch.encoding(i),
              batch.encoded(i),
              batch.from(i),
              batch.length(i));
    }
    return place;
  }

  @Override
  public void zeros(long first, long end) throws IOException {
    table.remove(first, end);
    lease.renewIfDue();
  }

  /** Writes what is left; returns the table once all packs are stored. */
  PointerTable finish() throws IOException {
    PointerTable result = table.finish();
    packs.finish();
    return result;
  }

  /** How much of the image was read. */
  long bytesRead() {
    return bytesRead;
  }
}
