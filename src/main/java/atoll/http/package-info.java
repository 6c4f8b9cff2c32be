/**
 * The thin layer over the web server: requests, responses, routes and JSON.
 *
 * <p>Knows nothing of volumes, tokens or dialects; those are the {@link Api}s that it serves. Start
 * with {@link HttpServer}.
 */
@NullMarked
package atoll.http;

import org.jspecify.annotations.NullMarked;
