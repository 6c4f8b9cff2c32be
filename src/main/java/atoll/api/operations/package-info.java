/** What machines ask that watch the service: whether it answers, and its figures. */
@NullMarked
package atoll.api.operations;

import org.jspecify.annotations.NullMarked;
