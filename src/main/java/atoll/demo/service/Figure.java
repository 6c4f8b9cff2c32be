package atoll.demo.service;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured.
 *
 * @param what for people
 * @param calls how many it is of; the other figures are of one
 * @param medianMillis as the client sees it
 * @param highMillis what nine of ten take no longer than
 * @param serverMillis on average, from the whole request to the whole answer, as the service counts
 *     it; null where more than one call was made
 * @param cpuMillis of processors, of the service alone; as exact as the kernel counts, which is 10
 *     ms of all calls together
 * @param bytes of an answer; null where that says nothing
 */
record Figure(
    String what,
    int calls,
    double medianMillis,
    double highMillis,
    @Nullable Double serverMillis,
    double cpuMillis,
    @Nullable Long bytes) {}
