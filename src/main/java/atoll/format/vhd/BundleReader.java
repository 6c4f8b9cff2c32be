package atoll.format.vhd;

import atoll.format.CorruptImageException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/** Unpacks a bundle; what it unpacked is deleted when it is closed, unless it is to be kept. */
final class BundleReader implements Closeable {
  private static final int ENTRIES_MAX = 2 * VhdChain.LAYERS_MAX;
  private static final int BUFFER_BYTES = 1 << 16;

  /** What may stand before an entry, and behind the last: names, pax headers, padding. */
  private static final int BETWEEN_ENTRIES_BYTES_MAX = 1 << 20;

  private static final long MODIFIED_MILLIS_MAX = 1000L << 32;
  private static final int TAR_RECORD_BYTES = 512;
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  private final Path bundle;
  private final Path folder;
  private final BundleNames names;
  private final List<Path> unpacked = new ArrayList<>();
  private long bytesLeft;

  BundleReader(Path bundle, Path folder, long bytesMax) {
    this.bundle = bundle;
    this.folder = folder;
    this.names = new BundleNames(bundle);
    this.bytesLeft = bytesMax;
  }

  /** Unpacks all; the newest file comes first. */
  List<Path> unpack() throws IOException {
    try (var in = new BufferedInputStream(Files.newInputStream(bundle), BUFFER_BYTES);
        var metered = new MeteredInput(unzipped(in));
        var tar = new TarArchiveInputStream(metered)) {
      int entries = 0;
      TarArchiveEntry entry = next(tar, metered);
      while (entry != null) {
        if (++entries > ENTRIES_MAX) {
          throw new CorruptImageException(
              bundle, "tar", "has more than " + ENTRIES_MAX + " entries");
        }
        take(entry, tar, metered);
        entry = next(tar, metered);
      }
      readToEnd(metered);
    } catch (CorruptImageException | FileSystemException | ClosedByInterruptException e) {
      throw e;
    } catch (IOException | IllegalArgumentException e) {
      // What the libraries say names no file; and which of it is a bad tar cannot be told.
      throw new IOException(bundle + ": " + e.getMessage(), e);
    }
    return names.leafFirst();
  }

  private static InputStream unzipped(BufferedInputStream in) throws IOException {
    in.mark(2);
    boolean gzip = in.read() == GZIP_FIRST && in.read() == GZIP_SECOND;
    in.reset();
    return gzip ? new GZIPInputStream(in, BUFFER_BYTES) : in;
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar, MeteredInput metered)
      throws IOException {
    metered.allow(BETWEEN_ENTRIES_BYTES_MAX);
    return tar.getNextEntry();
  }

  private void take(TarArchiveEntry entry, TarArchiveInputStream tar, MeteredInput metered)
      throws IOException {
    String name = BundleNames.plain(entry.getName());
    if (name.isEmpty() && entry.isDirectory()) {
      return; // tar of a folder begins with the folder
    }
    // A link or a device is known by its kind, which isFile() does not look at.
    boolean plain =
        entry.getLinkFlag() == TarArchiveEntry.LF_NORMAL
            || entry.getLinkFlag() == TarArchiveEntry.LF_OLDNORM;
    if (!plain || entry.isSparse() || entry.isDirectory()) {
      throw new CorruptImageException(bundle, entryField(entry), "is not a plain file");
    }
    Integer place = BundleNames.place(name);
    if (place == null && !BundleNames.isLeftOut(name)) {
      throw new CorruptImageException(bundle, entryField(entry), "has no meaning in a bundle");
    }
    if (entry.getSize() < 0 || entry.getSize() > bytesLeft) {
      throw new CorruptImageException(
          bundle,
          entryField(entry),
          "has %d bytes, %d may be unpacked".formatted(entry.getSize(), bytesLeft));
    }
    bytesLeft -= entry.getSize();
    metered.allow(entry.getSize() + TAR_RECORD_BYTES);
    if (place == null) {
      copy(tar, OutputStream.nullOutputStream(), entry);
      return;
    }
    Path file = folder.resolve(name);
    names.add(place, file);
    unpack(tar, file, entry);
  }

  private void unpack(TarArchiveInputStream tar, Path file, TarArchiveEntry entry)
      throws IOException {
    if (names.count() > VhdChain.LAYERS_MAX) {
      throw new CorruptImageException(bundle, "tar", "more than " + VhdChain.LAYERS_MAX + " files");
    }
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      unpacked.add(file);
      copy(tar, out, entry);
    }
    // A child may name this time as that of its parent.
    long millis = Math.clamp(entry.getLastModifiedTime().toMillis(), 0, MODIFIED_MILLIS_MAX);
    Files.setLastModifiedTime(file, FileTime.fromMillis(millis));
  }

  private void copy(TarArchiveInputStream tar, OutputStream out, TarArchiveEntry entry)
      throws IOException {
    var buffer = new byte[BUFFER_BYTES];
    long copied = 0;
    for (int read = tar.read(buffer); read >= 0; read = tar.read(buffer)) {
      out.write(buffer, 0, read);
      copied += read;
    }
    if (copied != entry.getSize()) {
      throw new CorruptImageException(bundle, entryField(entry), "ends after " + copied + " bytes");
    }
  }

  /** Only at its end does gzip say whether all before was right. */
  private static void readToEnd(MeteredInput metered) throws IOException {
    metered.allow(BETWEEN_ENTRIES_BYTES_MAX);
    var buffer = new byte[TAR_RECORD_BYTES];
    int read = metered.read(buffer);
    while (read >= 0) {
      read = metered.read(buffer);
    }
  }

  private static String entryField(TarArchiveEntry entry) {
    return "tar entry '" + entry.getName() + "'";
  }

  /** The files belong to the caller from now on. */
  void keep() {
    unpacked.clear();
  }

  @Override
  public void close() throws IOException {
    for (Path file : unpacked) {
      Files.deleteIfExists(file);
    }
  }
}
