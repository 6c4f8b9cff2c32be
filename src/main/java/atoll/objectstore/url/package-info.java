/** Which store a URL names, and how it is opened: docs/object-stores.md. */
@NullMarked
package atoll.objectstore.url;

import org.jspecify.annotations.NullMarked;
