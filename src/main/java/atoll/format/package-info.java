/**
 * Disk images as files: raw, qcow2 and VHD, to read, and to write where Atoll makes them.
 *
 * <p>Knows nothing of volumes or machines. Start with {@link BlockImage}; {@link
 * atoll.format.Extent} says what an image holds where, {@link ImageChain} puts layers over one
 * another. A file is never trusted: what its format does not allow is refused by name, and nobody
 * guesses a format: callers say which it is.
 */
@NullMarked
package atoll.format;

import org.jspecify.annotations.NullMarked;
