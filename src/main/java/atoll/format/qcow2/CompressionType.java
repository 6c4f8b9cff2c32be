package atoll.format.qcow2;

/**
 * How the compressed clusters of an image are compressed: one type for the whole image.
 *
 * <p>Source: QEMU docs/interop/qcow2, "Additional fields", compression_type.
 */
enum CompressionType {
  /** Raw deflate, as QEMU writes it with a window of 4 KiB. */
  ZLIB {
    @Override
    Decompressor decompressor() {
      return new ZlibDecompressor();
    }
  },
  /** Zstandard frames. */
  ZSTD {
    @Override
    Decompressor decompressor() {
      return new ZstdDecompressor();
    }
  };

  /** A new one, to be closed by who asked for it. */
  abstract Decompressor decompressor();
}
