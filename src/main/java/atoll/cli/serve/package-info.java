/** {@code atoll serve}: the service's command line and settings, see docs/configuration.md. */
@NullMarked
package atoll.cli.serve;

import org.jspecify.annotations.NullMarked;
