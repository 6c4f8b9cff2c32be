/** Trials of the repository: against models, crashes, damage, and the format's own document. */
@NullMarked
package atoll.repository;

import org.jspecify.annotations.NullMarked;
