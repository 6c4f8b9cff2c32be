package atoll.objectstore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificates of an authority of one's own, in a PEM file: who is trusted instead of Java's.
 */
public final class CertificateFile {
  private CertificateFile() {}

  /** TLS that trusts them. */
  public static SSLContext tls(Path file) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trustManagers(file), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot trust what is in " + file, e);
    }
  }

  /** Reads whom to trust. */
  public static TrustManager[] trustManagers(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("certificate-" + trusted.size(), each);
      }
      if (trusted.size() == 0) {
        throw new IOException("there is no certificate in " + file);
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(trusted);
      return managers.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificates in " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
