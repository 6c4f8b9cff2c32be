package atoll.repository;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** The record of a damaged object: places where chunks were found damaged. */
record DamagedJson(List<Chunk> chunks, Instant at) {
  DamagedJson {
    chunks = List.copyOf(chunks);
  }

  /** A damaged chunk: what it should be, and where. */
  record Chunk(Digest name, ObjectId pack, long offset) {
    Chunk {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(pack, "pack");
    }
  }
}
