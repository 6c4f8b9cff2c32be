package atoll.api.volume;

import atoll.api.openstack.Access;
import atoll.api.openstack.Handler;
import atoll.api.openstack.Microversion;
import atoll.api.openstack.OpenStackApi;
import atoll.api.openstack.OpenStackRoute;
import atoll.engine.Engine;
import atoll.http.HttpMethod;
import atoll.http.Routes;
import atoll.identity.TokenVerifier;

/** Puts the Block Storage API together. */
public final class VolumeApi {
  /** Where it is on the server. */
  public static final String PREFIX = "/volume";

  private static final int PROJECT_OPTIONAL = 67;

  private VolumeApi() {}

  /** The API over an engine. */
  public static OpenStackApi of(Engine engine, TokenVerifier tokens, VolumeSettings settings) {
    var api = new Builder();
    var things = new Things(engine.inventory());
    var types = new TypeFinder(engine.volumeTypes());
    var services = new HostServices(engine.serviceStates(), settings);
    var view = new VolumeView(settings.zone(), services.pool());
    var metadata = new MetadataRoutes(engine.inventory());
    new VersionRoutes().addTo(api);
    new VolumeRoutes(
            engine.volumes(),
            engine.snapshots(),
            engine.backups(),
            engine.inventory(),
            things,
            types,
            view,
            settings)
        .addTo(api);
    new VolumeActions(
            engine.volumes(),
            engine.reverts(),
            new AttachmentActions(engine.instances(), engine.reservations()),
            engine.inventory(),
            things,
            types)
        .addTo(api);
    new AttachmentRoutes(engine.instances(), engine.reservations(), engine.inventory(), things)
        .addTo(api);
    metadata.addTo(api, "volumes", call -> things.volume(call).volume().id().value());
    new SnapshotRoutes(engine.snapshots(), engine.inventory(), things).addTo(api);
    metadata.addTo(api, "snapshots", call -> things.snapshot(call).snapshot().id().value());
    new BackupRoutes(
            engine.backups(),
            engine.volumes(),
            engine.reverts(),
            engine.inventory(),
            things,
            settings.zone())
        .addTo(api);
    new TypeRoutes(types).addTo(api);
    new ExtraSpecRoutes(types).addTo(api);
    new EncryptionRoutes(types).addTo(api);
    new QosRoutes(engine.qos()).addTo(api);
    new ServiceRoutes(engine.serviceStates(), services).addTo(api);
    new HostRoutes(engine, services).addTo(api);
    new QuotaRoutes(engine.quotas()).addTo(api);
    new LimitRoutes(engine.quotas()).addTo(api);
    new TransferRoutes(engine.transfers(), things).addTo(api);
    new MessageRoutes(engine.messages()).addTo(api);
    new BackupRecordRoutes(engine.backupRecords(), engine.backups(), things).addTo(api);
    new ExtensionRoutes().addTo(api);
    return new OpenStackApi(PREFIX, new VolumeDialect(), api.routes, tokens);
  }

  /** Adds routes, below a project and, as newer clients have it, without one. */
  static final class Builder {
    private final Routes<OpenStackRoute> routes = new Routes<>();

    /** A route that is there in all versions. */
    void add(HttpMethod method, String path, Access access, Handler handler) {
      add(0, method, path, access, handler);
    }

    /** A route that came with a microversion. */
    void add(int since, HttpMethod method, String path, Access access, Handler handler) {
      add(method, path, new OpenStackRoute(access, new Microversion(3, since), handler));
    }

    /** A route whose calls can be asked what they would come to. */
    void addPlannable(HttpMethod method, String path, Access access, Handler handler) {
      add(method, path, new OpenStackRoute(access, VolumeDialect.LOWEST, handler).planned());
    }

    private void add(HttpMethod method, String path, OpenStackRoute route) {
      routes.add(method, "/v3/{project_id}" + path, route);
      routes.add(method, "/v3" + path, route.notBefore(new Microversion(3, PROJECT_OPTIONAL)));
    }

    /** A route that belongs to no project and is open to anybody. */
    void addPublic(HttpMethod method, String path, Handler handler) {
      routes.add(method, path, new OpenStackRoute(Access.PUBLIC, VolumeDialect.LOWEST, handler));
    }
  }
}
