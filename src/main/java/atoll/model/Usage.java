package atoll.model;

/** How many things there are, and how large they are together. */
public record Usage(long count, long bytes) {}
