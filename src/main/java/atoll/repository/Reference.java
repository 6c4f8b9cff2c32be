package atoll.repository;

/** A chunk or node as a table names it: what it is, and where it lies. */
record Reference(Digest digest, Place place) {}
