/**
 * The benchmark of the service over a database with very much in it: what calls take, and what a
 * start takes.
 *
 * <p>Writes rows past the engine, for an engine would take days, and then knows the service only by
 * its calls. {@link ServiceProcess} and {@link Caller} serve other benchmarks, too. Start with
 * {@link BenchServiceCommand}; what is measured is in docs/scale.md.
 */
@NullMarked
package atoll.demo.service;

import org.jspecify.annotations.NullMarked;
