package atoll;

import atoll.api.identity.Catalog;
import atoll.api.identity.CatalogEntry;
import atoll.api.identity.IdentityApi;
import atoll.api.image.ImageApi;
import atoll.api.openstack.OpenStackApi;
import atoll.api.operations.OperationsApi;
import atoll.api.own.OwnApi;
import atoll.api.volume.VolumeApi;
import atoll.api.volume.VolumeSettings;
import atoll.cli.serve.RunningService;
import atoll.cli.serve.ServiceSettings;
import atoll.engine.Engine;
import atoll.http.Api;
import atoll.http.HttpMetrics;
import atoll.http.HttpServer;
import atoll.http.HttpSettings;
import atoll.http.RateLimit;
import atoll.http.TlsIdentity;
import atoll.identity.Identity;
import atoll.identity.IdentitySettings;
import atoll.identity.NewPassword;
import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** A {@link Site} that answers calls. */
final class Service implements RunningService {
  private static final String VOLUMES = VolumeApi.PREFIX + "/v3/{project_id}";
  private static final List<CatalogEntry> SERVICES =
      List.of(
          new CatalogEntry("volumev3", "cinderv3", VOLUMES),
          new CatalogEntry("block-storage", "cinder", VOLUMES),
          new CatalogEntry("image", "glance", ImageApi.PREFIX),
          new CatalogEntry("atoll", "atoll", OwnApi.PREFIX));

  private final Site site;
  private final List<OpenStackApi> apis;
  private final HttpServer http;
  private final String url;

  private Service(Site site, List<OpenStackApi> apis, HttpServer http, String url) {
    this.site = site;
    this.apis = apis;
    this.http = http;
    this.url = url;
  }

  /** Opens what is in the settings' folder, which is made if it is not there, and listens. */
  static Service open(ServiceSettings settings) throws IOException {
    SLF4JBridgeHandler.removeHandlersForRootLogger(); // the web server's log goes with all others
    SLF4JBridgeHandler.install();
    Site site = Site.openWithQuotas(settings.data(), settings.database());
    try {
      var openrc = new Openrc(settings.data().resolve("openrc"));
      if (site.database().read(tx -> tx.users().list().isEmpty())) {
        openrc.promise();
      }
      Identity.Opened opened =
          Identity.open(
              site.database(),
              IdentitySettings.DEFAULT,
              new SecureRandom(),
              InstantSource.system());
      Identity identity = opened.identity();
      List<OpenStackApi> apis = apis(settings, site, identity);
      HttpServer http = listen(settings, site, apis);
      try {
        String url = url(settings, http.port());
        NewPassword password = opened.adminPassword();
        if (password == null && (openrc.isPromised() || settings.resetAdminPassword())) {
          password = identity.resetAdminPassword();
        }
        if (password != null) {
          openrc.write(url, settings.region(), password);
        }
        return new Service(site, apis, http, url);
      } catch (IOException | RuntimeException e) {
        http.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      site.closeAfter(e);
      throw e;
    }
  }

  private static HttpServer listen(ServiceSettings settings, Site site, List<OpenStackApi> apis)
      throws IOException {
    var metrics = new HttpMetrics();
    var all = new ArrayList<Api>(apis);
    all.add(new OperationsApi(site.engine(), metrics));
    return HttpServer.start(httpSettings(settings), all, metrics);
  }

  private static List<OpenStackApi> apis(ServiceSettings settings, Site site, Identity identity)
      throws IOException {
    var volume =
        new VolumeSettings(
            settings.zone(), InetAddress.getLocalHost().getHostName(), settings.strictDelete());
    var limit = new RateLimit(settings.callsPerSecond());
    return Stream.of(
            IdentityApi.of(identity, new Catalog(settings.region(), SERVICES)),
            ImageApi.of(identity.tokens()),
            VolumeApi.of(site.engine(), identity.tokens(), volume),
            OwnApi.of(site.engine(), identity.tokens()))
        .map(api -> api.with(site.engine().keyedCalls(), site.engine().plans(), limit))
        .toList();
  }

  private static HttpSettings httpSettings(ServiceSettings settings) throws IOException {
    HttpSettings http = HttpSettings.at(settings.host(), settings.port());
    ServiceSettings.TlsFiles tls = settings.tls();
    return tls == null ? http : http.withTls(TlsIdentity.read(tls.certificates(), tls.key()));
  }

  private static String url(ServiceSettings settings, int port) {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return (settings.tls() == null ? "http://" : "https://") + host + ":" + port;
  }

  /** All that it answers with. */
  List<OpenStackApi> apis() {
    return apis;
  }

  /** What is behind them. */
  Engine engine() {
    return site.engine();
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public void close() throws IOException {
    http.close();
    site.close();
  }
}
