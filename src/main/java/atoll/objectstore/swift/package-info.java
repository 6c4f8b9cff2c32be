/**
 * Containers of OpenStack Swift, with tokens of Keystone or of Swift's own tempauth.
 *
 * <p>Source: the OpenStack Object Storage API v1 and Identity API v3. Start with {@link
 * SwiftStoreClient}.
 */
@NullMarked
package atoll.objectstore.swift;

import org.jspecify.annotations.NullMarked;
