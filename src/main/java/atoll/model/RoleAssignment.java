package atoll.model;

/** A user has a role on something. */
public record RoleAssignment(String user, Scope scope, String role) {}
