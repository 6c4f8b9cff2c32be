package atoll.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.format.Extent.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every image promises. */
public abstract class BlockImageContract {
  /** An image with data, zeros and, where it can have such, absent ranges. */
  protected abstract BlockImage open() throws IOException;

  /** What it reads as. */
  protected abstract byte[] expected();

  @Test
  void readsWholeContent() throws IOException {
    try (var image = open()) {
      assertThat(image.sizeBytes()).isEqualTo(expected().length);
      assertThat(Arrays.mismatch(Images.content(image), expected())).isEqualTo(-1);
    }
  }

  @Test
  void readsAnyRangeIntoAnyBuffer() throws IOException {
    var random = new Random(1);
    try (var image = open()) {
      for (int i = 0; i < 200; i++) {
        int offset = random.nextInt(expected().length);
        int length = random.nextInt(expected().length - offset + 1);
        ByteBuffer buffer =
            random.nextBoolean()
                ? ByteBuffer.allocateDirect(length + 7)
                : ByteBuffer.allocate(length + 7);
        buffer.put(3, new byte[] {1, 1, 1}).position(3).limit(length + 3);
        image.read(offset, buffer);
        assertThat(buffer.hasRemaining()).isFalse();
        var bytes = new byte[length];
        buffer.get(3, bytes);
        assertThat(bytes).isEqualTo(Arrays.copyOfRange(expected(), offset, offset + length));
      }
    }
  }

  @Test
  void extentsCoverTheImageWithoutGapsOrNeighboursOfOneKind() throws IOException {
    try (var image = open()) {
      long end = 0;
      Kind last = null;
      for (Extent extent : Images.extents(image)) {
        assertThat(extent.offsetBytes()).isEqualTo(end);
        assertThat(extent.kind()).isNotEqualTo(last);
        end = extent.endBytes();
        last = extent.kind();
      }
      assertThat(end).isEqualTo(image.sizeBytes());
    }
  }

  @Test
  void extentsOfARangeAreThoseOfTheImageCutToIt() throws IOException {
    var random = new Random(2);
    try (var image = open()) {
      List<Extent> all = Images.extents(image);
      for (int i = 0; i < 200; i++) {
        int offset = random.nextInt(expected().length);
        int length = random.nextInt(expected().length - offset + 1);
        assertThat(Images.extents(image, offset, length))
            .isEqualTo(Images.cut(all, offset, length));
      }
    }
  }

  @Test
  void whatIsZeroReadsAsZeros() throws IOException {
    try (var image = open()) {
      for (Extent extent : Images.extents(image)) {
        if (extent.kind() == Kind.ZERO) {
          int length = Math.toIntExact(extent.lengthBytes());
          assertThat(Images.content(image, extent.offsetBytes(), length))
              .isEqualTo(new byte[length]);
        }
      }
    }
  }

  @Test
  void refusesRangesThatAreNotWithinTheImage() throws IOException {
    try (var image = open()) {
      long size = image.sizeBytes();
      for (long offset : new long[] {-1, size, size - 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
        assertThatThrownBy(() -> image.read(offset, ByteBuffer.allocate(2)))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> image.extents(offset, 2, e -> {}))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThatThrownBy(() -> image.extents(0, -1, e -> {}))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> image.extents(1, Long.MAX_VALUE, e -> {}))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void visitorCanEndTheWalk() throws IOException {
    try (var image = open()) {
      var enough = new IOException("enough");
      ExtentVisitor visitor =
          extent -> {
            throw enough;
          };
      assertThatThrownBy(() -> image.extents(0, image.sizeBytes(), visitor)).isSameAs(enough);
    }
  }

  @Test
  void threadsReadAtOnce() throws IOException, InterruptedException, ExecutionException {
    try (var image = open();
        var threads = Executors.newFixedThreadPool(4)) {
      List<Extent> extents = Images.extents(image);
      List<Future<?>> readers = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        var random = new Random(seed);
        readers.add(
            threads.submit(() -> {
              for (int i = 0; i < 50; i++) {
                int offset = random.nextInt(expected().length);
                int length = random.nextInt(expected().length - offset + 1);
                assertThat(Images.content(image, offset, length))
                    .isEqualTo(Arrays.copyOfRange(expected(), offset, offset + length));
                assertThat(Images.extents(image)).isEqualTo(extents);
              }
              return true;
            }));
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }
}
