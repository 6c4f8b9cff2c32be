package atoll.repository;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a collection has done; of a trial, what it would have.
 *
 * @param snapshots how many snapshots there are
 * @param packsBefore packs there were
 * @param bytesBefore how long they were together
 * @param bytesLive how much of them is in use
 * @param packsRemoved packs removed
 * @param bytesRemoved how long those were
 * @param packsWritten packs written with what was in use in packs removed
 * @param bytesWritten how long those are
 * @param leasesBroken writers given up because they were silent for too long
 * @param writersAwaited writers that were still at work when patience was over; if there are any,
 *     nothing was removed
 */
public record CollectionReport(
    int snapshots,
    int packsBefore,
    long bytesBefore,
    long bytesLive,
    int packsRemoved,
    long bytesRemoved,
    int packsWritten,
    long bytesWritten,
    int leasesBroken,
    int writersAwaited) {
  /** How much shorter all packs together have become. */
  @JsonProperty("bytes_freed")
  public long bytesFreed() {
    return bytesRemoved - bytesWritten;
  }
}
