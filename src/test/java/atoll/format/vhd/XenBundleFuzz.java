package atoll.format.vhd;

import static atoll.format.ImageExam.allow;
import static atoll.format.ImageExam.demand;

import atoll.format.ImageExam;
import atoll.fuzz.FuzzTarget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A XenServer bundle. The first byte of an input says how to wrap the rest: as it is, as a tar
 * whose checksums are made right, or that gzipped.
 */
public final class XenBundleFuzz implements FuzzTarget {
  private static final int RECORD_BYTES = 512;
  private static final int SIZE = 124;
  private static final int CHECKSUM = 148;
  private static final int CHECKSUM_BYTES = 8;
  private static final long BYTES_MAX = 1 << 20;

  private enum Wrapped {
    NOT,
    TAR,
    GZIP
  }

  private final Path folder;
  private final Path bundle;
  private final Path unpacked;

  /** Unpacks into {@code folder}. */
  public XenBundleFuzz(Path folder) throws IOException {
    this.folder = folder;
    this.bundle = folder.resolve("bundle");
    this.unpacked = Files.createDirectories(folder.resolve("unpacked"));
  }

  @Override
  public List<byte[]> seeds() throws IOException {
    var random = new Random(1);
    VhdBytes child = VhdFuzz.differencing().build(random);
    VhdBytes fixed = new VhdBytes(VhdBytes.FIXED, 512, 9).id(new UUID(1, 1)).build(random);
    byte[] chain = tar(List.of("0.vhd", "1.vhd"), List.of(child, fixed));
    byte[] old = tar(List.of("manifest", "image.vhd"), List.of(fixed, fixed));
    return List.of(
        seed(Wrapped.TAR, chain),
        seed(Wrapped.GZIP, chain),
        seed(Wrapped.TAR, old),
        seed(Wrapped.TAR, tar(List.of("n".repeat(150)), List.of(fixed))),
        seed(Wrapped.NOT, zipped(chain)));
  }

  private static byte[] tar(List<String> names, List<VhdBytes> files) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(bytes, RECORD_BYTES)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (int i = 0; i < names.size(); i++) {
        var entry = new TarArchiveEntry(names.get(i), true);
        entry.setSize(files.get(i).length());
        tar.putArchiveEntry(entry);
        tar.write(files.get(i).begin(files.get(i).length()));
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] seed(Wrapped wrapped, byte[] bytes) {
    var seed = new byte[1 + bytes.length];
    seed[0] = (byte) List.of(Wrapped.values()).indexOf(wrapped);
    System.arraycopy(bytes, 0, seed, 1, bytes.length);
    return seed;
  }

  @Override
  public void feed(byte[] input) throws IOException {
    Wrapped[] all = Wrapped.values();
    if (input.length == 0 || input[0] < 0 || input[0] >= all.length) {
      return;
    }
    byte[] rest = Arrays.copyOfRange(input, 1, input.length);
    byte[] bytes =
        switch (all[input[0]]) {
          case NOT -> rest;
          case TAR -> sealed(rest);
          case GZIP -> zipped(sealed(rest));
        };
    Files.write(bundle, bytes);
    allow(() -> {
      try (var chain = XenBundle.open(bundle, unpacked, BYTES_MAX)) {
        ImageExam.examine(chain);
        for (VhdImage _ : chain.layers()) {
          demand(removeOne(), "fewer files than layers");
        }
      }
    });
    demand(!removeOne(), "a file was left behind");
  }

  private boolean removeOne() throws IOException {
    try (var files = Files.newDirectoryStream(unpacked)) {
      for (Path file : files) {
        Files.delete(file);
        return true;
      }
    }
    return false;
  }

  /** Makes the checksums of all headers right, as far as one leads to the next. */
  private static byte[] sealed(byte[] tar) {
    long at = 0;
    while (at + RECORD_BYTES <= tar.length) {
      int begin = (int) at;
      Arrays.fill(tar, begin + CHECKSUM, begin + CHECKSUM + CHECKSUM_BYTES, (byte) ' ');
      int sum = 0;
      for (int i = begin; i < begin + RECORD_BYTES; i++) {
        sum += tar[i] & 0xff;
      }
      boolean isEnd = sum == CHECKSUM_BYTES * ' ';
      for (int digit = CHECKSUM_BYTES - 2; digit >= 0; digit--) {
        tar[begin + CHECKSUM + digit] = (byte) (isEnd ? 0 : '0' + sum % 8);
        sum /= 8;
      }
      tar[begin + CHECKSUM + CHECKSUM_BYTES - 1] = 0;
      at += RECORD_BYTES + Math.ceilDiv(size(tar, begin + SIZE), RECORD_BYTES) * RECORD_BYTES;
    }
    return tar;
  }

  private static long size(byte[] tar, int at) {
    long size = 0;
    for (int i = at; i < at + 11 && tar[i] >= '0' && tar[i] <= '7'; i++) {
      size = 8 * size + tar[i] - '0';
    }
    return size;
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(bundle);
    Files.delete(unpacked);
    Files.delete(folder);
  }
}
