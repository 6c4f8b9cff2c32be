package atoll.repository;

/** A chunk to be read, and which one of the volume it is. */
record Wanted(Reference reference, long chunk) {}
