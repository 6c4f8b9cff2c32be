/** Where Atoll starts. The rooms and who may use whom: docs/architecture.md. */
@NullMarked
package atoll;

import org.jspecify.annotations.NullMarked;
