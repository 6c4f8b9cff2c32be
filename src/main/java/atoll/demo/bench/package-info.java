/**
 * The benchmark of repositories: Atoll, restic, Borg and qemu-img on one disk image, each run as a
 * user runs it.
 *
 * <p>Knows Atoll only by its command line, as it knows the others. Start with {@link
 * BenchRepositoryCommand}; what is measured, and why so, is in docs/benchmarks.md.
 */
@NullMarked
package atoll.demo.bench;

import org.jspecify.annotations.NullMarked;
