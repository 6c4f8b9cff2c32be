package atoll.nbd;

/**
 * What a client and the server have agreed upon.
 *
 * @param isStructured whether replies are structured
 * @param hasAllocation whether the client may ask where data are
 */
record Session(NbdExport export, boolean isStructured, boolean hasAllocation) {}
