/**
 * Buckets of S3 and of what speaks like it, such as Ceph's object gateway.
 *
 * <p>Source: the Amazon S3 API reference. Start with {@link S3StoreClient}.
 */
@NullMarked
package atoll.objectstore.s3;

import org.jspecify.annotations.NullMarked;
