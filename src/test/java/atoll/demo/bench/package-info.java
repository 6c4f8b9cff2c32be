@NullMarked
package atoll.demo.bench;

import org.jspecify.annotations.NullMarked;
