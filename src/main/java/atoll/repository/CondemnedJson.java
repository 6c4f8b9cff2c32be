package atoll.repository;

import java.time.Instant;
import java.util.List;

/** The record of a condemned object: packs that get no new references. */
record CondemnedJson(List<ObjectId> packs, Instant at) {
  CondemnedJson {
    packs = List.copyOf(packs);
  }
}
