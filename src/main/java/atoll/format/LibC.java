package atoll.format;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The calls of the C library that Java has no word for. As in the kernel, a negative result is the
 * negated error number.
 *
 * <p>Source: Linux man-pages, open(2), lseek(2), fallocate(2), close(2); the numbers are those of
 * Linux on all machines that Java 25 runs on.
 */
final class LibC {
  static final int ENOENT = 2;
  static final int ENXIO = 6;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EINVAL = 22;
  static final int EOPNOTSUPP = 95;

  static final int O_RDONLY = 0;
  static final int O_RDWR = 2;
  static final int O_EXCL = 0x80;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  static final int SEEK_END = 2;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;

  /** Makes a range read as zeros; of a block device it may be given back. */
  static final int PUNCH_HOLE_KEEP_SIZE = 3;

  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  // int open(const char *path, int flags, ...)
  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle LSEEK =
      call("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle FALLOCATE =
      call("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private LibC() {}

  /** Opens a file; the result is its descriptor. */
  static int open(String path, int flags) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int descriptor = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags);
      return descriptor >= 0 ? descriptor : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Moves a descriptor's position; the result is where it is now. */
  static long lseek(int descriptor, long offsetBytes, int whence) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long position = (long) LSEEK.invokeExact(state, descriptor, offsetBytes, whence);
      return position >= 0 ? position : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Changes how a range of a file is stored. */
  static int fallocate(int descriptor, int mode, long offsetBytes, long lengthBytes) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) FALLOCATE.invokeExact(state, descriptor, mode, offsetBytes, lengthBytes);
      return result >= 0 ? result : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Closes a descriptor, also when it says that it failed. */
  static int close(int descriptor) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      int result = (int) CLOSE.invokeExact(state, descriptor);
      return result >= 0 ? result : -errno(state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  @SuppressWarnings("restricted") // the manifest grants native access
  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    var linker = Linker.nativeLinker();
    var all = new Linker.Option[options.length + 1];
    System.arraycopy(options, 0, all, 0, options.length);
    all[options.length] = Linker.Option.captureCallState("errno");
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, all);
  }

  private static RuntimeException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
  }
}
