package atoll.demo.service;

/**
 * What a service stood when several called at once.
 *
 * @param connections how many called, each one call after the other
 * @param processors how many the service could use
 * @param perSecond calls
 * @param cpuMillis of processors for one call, of the service alone
 */
record Load(
    int connections,
    int processors,
    double perSecond,
    double cpuMillis,
    double medianMillis,
    double highMillis) {}
