/**
 * The verbs: make a volume, attach it, take a snapshot, back it up, bring it back, and what to do
 * after a crash.
 *
 * <p>The only room that decides. It records what it intends in {@code db}, asks {@code hypervisor}
 * about attached disks and {@code storage} about detached ones, and writes to {@code repository} in
 * the background. Start with {@link Engine}; the heart is {@link atoll.engine.Takes}, and
 * docs/snapshots.md says how a snapshot travels.
 */
@NullMarked
package atoll.engine;

import org.jspecify.annotations.NullMarked;
