/**
 * Fuzzing of whatever reads bytes from outside: the targets by name, the run, and the replay of the
 * corpus. Knows no format; each target lives in the room of what it feeds. See docs/reliability.md.
 */
@NullMarked
package atoll.fuzz;

import org.jspecify.annotations.NullMarked;
