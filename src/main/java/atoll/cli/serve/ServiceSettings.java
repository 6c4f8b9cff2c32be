package atoll.cli.serve;

import atoll.db.PostgresUrl;
import atoll.identity.keystone.KeystoneSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How the service is to run, checked.
 *
 * @param data everything is kept in this folder
 * @param database where the database is; null if it is in that folder, too
 * @param host the address to listen on
 * @param port 0 for any that is free
 * @param tls null to speak plain HTTP
 * @param zone the name of the one availability zone
 * @param region the name of the one region in the catalog
 * @param strictDelete whether a volume with snapshots cannot be deleted, as with Cinder
 * @param callsPerSecond how many calls a user may make, or a host in nobody's name; 0 for any
 *     number
 * @param resetAdminPassword whether the user admin gets a new password
 * @param keystone whose tokens are taken; null for an Identity service of its own
 */
public record ServiceSettings(
    Path data,
    @Nullable PostgresUrl database,
    String host,
    int port,
    @Nullable TlsFiles tls,
    String zone,
    String region,
    boolean strictDelete,
    int callsPerSecond,
    boolean resetAdminPassword,
    @Nullable KeystoneSettings keystone) {
  /**
   * What TLS needs, as PEM.
   *
   * @param certificates the server's own first, then those that vouch for it
   */
  public record TlsFiles(Path certificates, Path key) {}

  /**
   * As a service is that nobody has said anything to: on this host only, with all it has in {@code
   * data}; but on any port that is free.
   */
  public static ServiceSettings in(Path data) {
    return new ServiceSettings(
        data, null, "127.0.0.1", 0, null, "nova", "RegionOne", false, 1000, false, null);
  }

  /** With another database. */
  public ServiceSettings withDatabase(@Nullable PostgresUrl url) {
    return new ServiceSettings(
        data,
        url,
        host,
        port,
        tls,
        zone,
        region,
        strictDelete,
        callsPerSecond,
        resetAdminPassword,
        keystone);
  }

  /** With TLS. */
  public ServiceSettings withTls(TlsFiles files) {
    return new ServiceSettings(
        data,
        database,
        host,
        port,
        files,
        zone,
        region,
        strictDelete,
        callsPerSecond,
        resetAdminPassword,
        keystone);
  }

  /** With strict deletes, or without. */
  public ServiceSettings withStrictDelete(boolean isStrict) {
    return new ServiceSettings(
        data,
        database,
        host,
        port,
        tls,
        zone,
        region,
        isStrict,
        callsPerSecond,
        resetAdminPassword,
        keystone);
  }

  /** With another limit on calls. */
  public ServiceSettings withCallsPerSecond(int calls) {
    return new ServiceSettings(
        data,
        database,
        host,
        port,
        tls,
        zone,
        region,
        strictDelete,
        calls,
        resetAdminPassword,
        keystone);
  }

  /** With the tokens of a Keystone. */
  public ServiceSettings withKeystone(KeystoneSettings settings) {
    return new ServiceSettings(
        data,
        database,
        host,
        port,
        tls,
        zone,
        region,
        strictDelete,
        callsPerSecond,
        resetAdminPassword,
        settings);
  }
}
