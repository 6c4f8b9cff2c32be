/**
 * The {@code atoll} command: what may be typed, how wrong input is answered, which exit codes come
 * back.
 *
 * <p>Knows no engine: a command that needs one is handed over ready made by {@code Main}. Start
 * with {@link AtollCommandLine}. Commands are picocli objects.
 */
@NullMarked
package atoll.cli;

import org.jspecify.annotations.NullMarked;
