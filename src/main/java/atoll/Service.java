package atoll;

import atoll.api.identity.Catalog;
import atoll.api.identity.CatalogEntry;
import atoll.api.identity.CatalogHints;
import atoll.api.identity.ElsewhereApi;
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
import atoll.identity.TokenVerifier;
import atoll.identity.keystone.KeystoneSettings;
import atoll.identity.keystone.KeystoneTokens;
import atoll.objectstore.CertificateFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** A {@link Site} that answers calls. */
final class Service implements RunningService {
  private static final String VOLUMES = VolumeApi.PREFIX + "/v3/{project_id}";
  private static final CatalogEntry BLOCK_STORAGE =
      new CatalogEntry("block-storage", "cinder", VOLUMES);
  private static final CatalogEntry IMAGE = new CatalogEntry("image", "glance", ImageApi.PREFIX);
  private static final CatalogEntry OWN = new CatalogEntry("atoll", "atoll", OwnApi.PREFIX);
  private static final List<CatalogEntry> SERVICES =
      List.of(new CatalogEntry("volumev3", "cinderv3", VOLUMES), BLOCK_STORAGE, IMAGE, OWN);

  private final Site site;
  private final List<OpenStackApi> apis;
  private final @Nullable KeystoneTokens keystone;
  private final HttpServer http;
  private final String url;
  private final List<String> hints;

  private Service(
      Site site,
      List<OpenStackApi> apis,
      @Nullable KeystoneTokens keystone,
      HttpServer http,
      String url,
      List<String> hints) {
    this.site = site;
    this.apis = apis;
    this.keystone = keystone;
    this.http = http;
    this.url = url;
    this.hints = hints;
  }

  /** Opens what is in the settings' folder, which is made if it is not there, and listens. */
  static Service open(ServiceSettings settings) throws IOException {
    SLF4JBridgeHandler.removeHandlersForRootLogger(); // the web server's log goes with all others
    SLF4JBridgeHandler.install();
    Site site = Site.openWithQuotas(settings.data(), settings.database());
    try {
      KeystoneSettings keystone = settings.keystone();
      return keystone == null
          ? withOwnIdentity(settings, site)
          : withKeystone(settings, site, keystone);
    } catch (IOException | RuntimeException e) {
      site.closeAfter(e);
      throw e;
    }
  }

  private static Service withOwnIdentity(ServiceSettings settings, Site site) throws IOException {
    var openrc = new Openrc(settings.data().resolve("openrc"));
    if (site.database().read(tx -> tx.users().list().isEmpty())) {
      openrc.promise();
    }
    Identity.Opened opened =
        Identity.open(
            site.database(), IdentitySettings.DEFAULT, new SecureRandom(), InstantSource.system());
    Identity identity = opened.identity();
    List<OpenStackApi> apis =
        together(
            settings,
            site,
            Stream.concat(
                Stream.of(IdentityApi.of(identity, new Catalog(settings.region(), SERVICES))),
                apis(settings, site, identity.tokens())));
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
      return new Service(site, apis, null, http, url, List.of());
    } catch (IOException | RuntimeException e) {
      http.close();
      throw e;
    }
  }

  private static Service withKeystone(
      ServiceSettings settings, Site site, KeystoneSettings keystone) throws IOException {
    Path certificates = keystone.certificates();
    KeystoneTokens tokens =
        KeystoneTokens.open(
            keystone,
            certificates == null ? null : CertificateFile.tls(certificates),
            InstantSource.system());
    try {
      List<OpenStackApi> apis = together(settings, site, apis(settings, site, tokens));
      var all = new ArrayList<Api>(apis);
      all.add(new ElsewhereApi(tokens.issuer()));
      HttpServer http = listen(settings, site, all);
      String url = url(settings, http.port());
      List<String> hints =
          CatalogHints.of(
              tokens.issuer(), url, settings.region(), List.of(BLOCK_STORAGE, OWN), IMAGE);
      return new Service(site, apis, tokens, http, url, hints);
    } catch (IOException | RuntimeException e) {
      tokens.close();
      throw e;
    }
  }

  private static HttpServer listen(ServiceSettings settings, Site site, List<? extends Api> apis)
      throws IOException {
    var metrics = new HttpMetrics();
    var all = new ArrayList<Api>(apis);
    all.add(new OperationsApi(site.engine(), metrics));
    return HttpServer.start(httpSettings(settings), all, metrics);
  }

  private static Stream<OpenStackApi> apis(
      ServiceSettings settings, Site site, TokenVerifier tokens) throws IOException {
    var volume =
        new VolumeSettings(
            settings.zone(), InetAddress.getLocalHost().getHostName(), settings.strictDelete());
    return Stream.of(
        ImageApi.of(tokens),
        VolumeApi.of(site.engine(), tokens, volume),
        OwnApi.of(site.engine(), tokens));
  }

  /** With what they share. */
  private static List<OpenStackApi> together(
      ServiceSettings settings, Site site, Stream<OpenStackApi> apis) {
    var limit = new RateLimit(settings.callsPerSecond());
    return apis.map(api -> api.with(site.engine().keyedCalls(), site.engine().plans(), limit))
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
  public List<String> hints() {
    return hints;
  }

  @Override
  public void close() throws IOException {
    http.close();
    if (keystone != null) {
      keystone.close();
    }
    site.close();
  }
}
