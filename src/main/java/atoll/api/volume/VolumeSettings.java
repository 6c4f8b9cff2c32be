package atoll.api.volume;

/**
 * What an administrator decides about the API.
 *
 * @param zone the name of the one availability zone
 * @param host this host's name
 * @param strictDelete whether a volume with snapshots cannot be deleted, as with Cinder
 */
public record VolumeSettings(String zone, String host, boolean strictDelete) {}
