package atoll.model;

/** An alert, and what it is about. */
public record AlertDetails(Alert alert, Subject subject) {}
