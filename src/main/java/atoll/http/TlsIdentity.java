package atoll.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server proves itself with.
 *
 * @param chain the server's own certificate first
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

  public TlsIdentity {
    chain = List.copyOf(chain);
  }

  /**
   * Reads PEM files.
   *
   * @throws IOException if one cannot be read, or is not what it should be
   */
  public static TlsIdentity read(Path certificates, Path key) throws IOException {
    return new TlsIdentity(readKey(key), readChain(certificates));
  }

  private static List<X509Certificate> readChain(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      List<X509Certificate> chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (chain.isEmpty()) {
        throw new IOException("there is no certificate in " + path);
      }
      return chain;
    } catch (CertificateException e) {
      throw new IOException("what is in " + path + " are no certificates in PEM", e);
    }
  }

  private static PrivateKey readKey(Path path) throws IOException {
    Matcher pem = KEY.matcher(Files.readString(path));
    if (!pem.find()) {
      throw new IOException(
          "there is no private key of PKCS#8 in "
              + path
              + "; 'openssl pkcs8 -topk8 -nocrypt' makes one of other forms");
    }
    byte[] bytes = Base64.getMimeDecoder().decode(pem.group(1));
    GeneralSecurityException last = null;
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
      } catch (GeneralSecurityException e) {
        last = e;
      }
    }
    throw new IOException("the private key in " + path + " is of no kind that is known", last);
  }
}
