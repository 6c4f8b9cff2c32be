/** Stores by their URLs, against real servers. */
@NullMarked
package atoll.objectstore.url;

import org.jspecify.annotations.NullMarked;
