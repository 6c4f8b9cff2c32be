package atoll.format.vhd;

import static atoll.format.vhd.VhdFormat.*;

import java.time.Instant;
import java.util.UUID;

/**
 * What a new file is to be.
 *
 * @param sizeBytes length of the disk: a positive multiple of 512, at most 2040 GiB
 * @param blockBits a block of a dynamic disk has 2 to the power of this bytes: 9 to 28; 21 unless
 *     there is a reason, because other programs read no other
 * @param id its unique id
 * @param createdAt when it is made; the format counts whole seconds from 2000 to 2136
 */
public record VhdSpec(long sizeBytes, int blockBits, UUID id, Instant createdAt) {
  public VhdSpec {
    if (sizeBytes <= 0 || sizeBytes % SECTOR_BYTES != 0) {
      throw new IllegalArgumentException("disk of " + sizeBytes + " bytes");
    }
    if (sizeBytes / SECTOR_BYTES > SECTORS_MAX) {
      throw new IllegalArgumentException(
          "disk of %d bytes: a VHD holds at most 2040 GiB, %d bytes"
              .formatted(sizeBytes, SECTORS_MAX * SECTOR_BYTES));
    }
    if (blockBits < BLOCK_BITS_MIN || blockBits > BLOCK_BITS_MAX) {
      throw new IllegalArgumentException("blockBits " + blockBits);
    }
    if (Math.ceilDiv(sizeBytes, 1L << blockBits) > BLOCKS_MAX) {
      throw new IllegalArgumentException(
          "disk of " + sizeBytes + " bytes in blocks of 2^" + blockBits);
    }
  }

  /** A disk with blocks of 2 MiB. */
  public static VhdSpec ofSize(long sizeBytes, UUID id, Instant createdAt) {
    return new VhdSpec(sizeBytes, BLOCK_BITS_DEFAULT, id, createdAt);
  }

  long blockBytes() {
    return 1L << blockBits;
  }

  /** How many blocks the disk has; the last may be used in part. */
  int blocks() {
    return (int) Math.ceilDiv(sizeBytes, blockBytes());
  }
}
