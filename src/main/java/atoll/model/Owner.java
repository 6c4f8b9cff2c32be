package atoll.model;

/**
 * To whom a thing belongs.
 *
 * @param user the identity service's id of the user who made it
 */
public record Owner(ProjectId project, String user) {}
