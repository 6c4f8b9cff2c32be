package atoll.cli;

import java.util.function.Supplier;

/**
 * A command, which is made when it is needed: to make all of them, and to read their annotations,
 * takes longer than most take to do.
 *
 * @param name what its {@code @Command} says
 * @param maker makes an object with picocli's {@code @Command} that is a {@code Runnable} or a
 *     {@code Callable<Integer>}; the integer is the value of an {@link ExitCode}
 */
public record NamedCommand(String name, Supplier<?> maker) {
  Object make() {
    return maker.get();
  }
}
