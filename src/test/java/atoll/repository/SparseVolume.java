package atoll.repository;

import atoll.format.BlockImage;
import atoll.format.BlockWriter;
import atoll.format.Extent;
import atoll.format.ExtentVisitor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongConsumer;

/**
 * The content of a volume of any size, as the pages that are not zeros: the model that snapshots
 * are compared with, and the image they are written from.
 */
final class SparseVolume implements BlockWriter {
  static final int PAGE_BYTES = 512;

  private final NavigableMap<Long, byte[]> pages = new ConcurrentSkipListMap<>();
  private long sizeBytes;

  SparseVolume(long sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  SparseVolume copy() {
    var copy = new SparseVolume(sizeBytes);
    pages.forEach((page, bytes) -> copy.pages.put(page, bytes.clone()));
    return copy;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  void grow(long newSizeBytes) {
    sizeBytes = newSizeBytes;
  }

  @Override
  public void write(long offsetBytes, ByteBuffer content) {
    Objects.checkFromIndexSize(offsetBytes, content.remaining(), sizeBytes);
    long at = offsetBytes;
    while (content.hasRemaining()) {
      int from = (int) (at % PAGE_BYTES);
      int length = Math.min(PAGE_BYTES - from, content.remaining());
      byte[] page = pages.getOrDefault(at / PAGE_BYTES, new byte[PAGE_BYTES]).clone();
      content.get(page, from, length);
      if (Arrays.equals(page, new byte[PAGE_BYTES])) {
        pages.remove(at / PAGE_BYTES);
      } else {
        pages.put(at / PAGE_BYTES, page);
      }
      at += length;
    }
  }

  /** Zeros the whole pages within a range. */
  void zero(long offsetBytes, long lengthBytes) {
    long first = (offsetBytes + PAGE_BYTES - 1) / PAGE_BYTES;
    long end = (offsetBytes + lengthBytes) / PAGE_BYTES;
    if (first < end) {
      pages.subMap(first, end).clear();
    }
  }

  void read(long offsetBytes, ByteBuffer destination) {
    Objects.checkFromIndexSize(offsetBytes, destination.remaining(), sizeBytes);
    long at = offsetBytes;
    while (destination.hasRemaining()) {
      int from = (int) (at % PAGE_BYTES);
      int length = Math.min(PAGE_BYTES - from, destination.remaining());
      destination.put(pages.getOrDefault(at / PAGE_BYTES, new byte[PAGE_BYTES]), from, length);
      at += length;
    }
  }

  byte[] bytes(long offsetBytes, int lengthBytes) {
    var bytes = ByteBuffer.allocate(lengthBytes);
    read(offsetBytes, bytes);
    return bytes.array();
  }

  /** The pages that are not zeros here or there. */
  NavigableSet<Long> pagesOfBoth(SparseVolume other) {
    var all = new TreeSet<>(pages.keySet());
    all.addAll(other.pages.keySet());
    return all;
  }

  boolean samePage(long page, SparseVolume other) {
    return Arrays.equals(pages.get(page), other.pages.get(page));
  }

  boolean isZeroPage(long page) {
    return !pages.containsKey(page);
  }

  boolean sameContent(SparseVolume other) {
    return sizeBytes == other.sizeBytes
        && pagesOfBoth(other).stream().allMatch(page -> samePage(page, other));
  }

  /** An image of it that calls pages data, and all else absent. */
  Layer whole() {
    var layer = new Layer();
    pages.keySet().forEach(page -> layer.mark(page, page + 1, Extent.Kind.DATA));
    return layer;
  }

  /** An image of it that says nothing yet. */
  Layer layer() {
    return new Layer();
  }

  /** The volume as an image whose extents are given. */
  final class Layer implements BlockImage {
    /** From each page on to the next key: what is there. */
    private final TreeMap<Long, Extent.Kind> kinds = new TreeMap<>();

    private LongConsumer onRead = _ -> {};

    private Layer() {
      kinds.put(0L, Extent.Kind.ABSENT);
    }

    /** Calls the pages from {@code first} up to {@code end} so. */
    Layer mark(long first, long end, Extent.Kind kind) {
      Extent.Kind behind = kinds.floorEntry(end).getValue();
      kinds.subMap(first, end).clear();
      kinds.put(first, kind);
      kinds.putIfAbsent(end, behind);
      return this;
    }

    /** Tells the offset of every read before it is served. */
    Layer onRead(LongConsumer listener) {
      onRead = listener;
      return this;
    }

    @Override
    public long sizeBytes() {
      return sizeBytes;
    }

    @Override
    public void read(long offsetBytes, ByteBuffer destination) throws IOException {
      onRead.accept(offsetBytes);
      SparseVolume.this.read(offsetBytes, destination);
    }

    @Override
    public void extents(long offsetBytes, long lengthBytes, ExtentVisitor visitor)
        throws IOException {
      Objects.checkFromIndexSize(offsetBytes, lengthBytes, sizeBytes);
      long end = offsetBytes + lengthBytes;
      long at = offsetBytes;
      while (at < end) {
        Extent.Kind kind = kinds.floorEntry(at / PAGE_BYTES).getValue();
        long next = end;
        for (var entry : kinds.tailMap(at / PAGE_BYTES, false).entrySet()) {
          if (entry.getValue() != kind) {
            next = Math.min(end, entry.getKey() * PAGE_BYTES);
            break;
          }
        }
        visitor.visit(new Extent(at, next - at, kind));
        at = next;
      }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
      return "layer of " + sizeBytes + " bytes";
    }
  }
}
