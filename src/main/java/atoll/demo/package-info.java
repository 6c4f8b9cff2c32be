/**
 * The guided tour: Atoll's main job on a real guest, told step by step, with what each step cost.
 *
 * <p>Uses the engine as any caller would, and QEMU's and Linux's own tools to check it. Start with
 * {@link DemoCommand}.
 */
@NullMarked
package atoll.demo;

import org.jspecify.annotations.NullMarked;
