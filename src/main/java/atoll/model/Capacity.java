package atoll.model;

/** How much primary storage holds, and how much of that can still be written. */
public record Capacity(long totalBytes, long freeBytes) {}
