package atoll.model;

import java.time.Instant;

/**
 * A pair of keys with which a user signs calls for a project.
 *
 * @param access names it
 * @param secret what calls are signed with: has to be kept as it is
 */
public record Ec2Credential(
    String access, String secret, String user, ProjectId project, Instant createdAt) {
  @Override
  public String toString() {
    return "Ec2Credential " + access; // never the secret: this may end in a log
  }
}
