package atoll.repository;

import java.util.List;

/** How the content of a record is written: as it is, or as one zstd frame. */
final class Encoding {
  static final int PLAIN = 0;
  static final int ZSTD = 1;

  /** The level everything is compressed at; no part of the format. */
  static final int ZSTD_LEVEL = 4;

  /** All levels that anything was ever compressed at, the present one first. */
  static final List<Integer> ZSTD_LEVELS = List.of(ZSTD_LEVEL, 1);

  private Encoding() {}

  static boolean isKnown(int encoding) {
    return encoding == PLAIN || encoding == ZSTD;
  }

  /** Whether a frame of {@code frameBytes} is worth its decoding. */
  static boolean pays(int frameBytes, int plainBytes) {
    return frameBytes <= plainBytes - plainBytes / 16;
  }
}
