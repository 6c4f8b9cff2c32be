package atoll.objectstore.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import atoll.objectstore.Traffic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreUrlTest {
  @ParameterizedTest
  @CsvSource({
    "/srv/backups, /srv/backups",
    "backups, backups",
    "file:///srv/backups, /srv/backups",
    "file:/srv/backups, /srv/backups",
    "with space:and colon, with space:and colon"
  })
  void folders(String text, String path) {
    assertThat(StoreUrl.parse(text)).isEqualTo(new StoreUrl.Folder(Path.of(path)));
  }

  @Test
  void buckets() {
    assertThat(StoreUrl.parse("s3://my.bucket"))
        .isEqualTo(new StoreUrl.Remote(StoreUrl.Kind.S3, "my.bucket", "", Map.of()));
    assertThat(
            StoreUrl.parse("s3://b_1/a/b/?endpoint=https%3A%2F%2Fs3.example&region=eu&timeout=5"))
        .isEqualTo(
            new StoreUrl.Remote(
                StoreUrl.Kind.S3,
                "b_1",
                "a/b/",
                Map.of("endpoint", "https://s3.example", "region", "eu", "timeout", "5")));
    assertThat(StoreUrl.parse("s3://b?endpoint=http://127.0.0.1:9000"))
        .extracting(url -> ((StoreUrl.Remote) url).parameter("endpoint"))
        .isEqualTo("http://127.0.0.1:9000");
    assertThat(StoreUrl.parse("swift://c/p"))
        .isEqualTo(new StoreUrl.Remote(StoreUrl.Kind.SWIFT, "c", "p/", Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "\"\" | no repository is named",
        "ftp://host/x | no ftp:",
        "S3://b | no S3:",
        "s3:// | name a bucket",
        "s3:///prefix | name a bucket",
        "s3://key:secret@b/p | credentials come from the environment",
        "s3://host:80/b | the host is endpoint=",
        "s3://b/../c | no part begins with a '.'",
        "s3://b/a//c | prefix",
        "s3://b/a%20c | prefix",
        "s3://b/a?region=%zz | region=%zz",
        "s3://b#x | the name of a bucket",
        "s3:bucket | name a bucket",
        "swift:/c | name a bucket",
        "s3://b?speed=1 | 'speed=1' is none of",
        "s3://b?region | 'region' is none of",
        "s3://b?region=a&region=b | region is there twice",
        "swift://c?endpoint=http://x | 'endpoint=http://x' is none of",
        "s3://a b | the name of a bucket"
      })
  void whatCannotBeUnderstoodIsNamed(String text, String complaint) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreUrl.parse(text))
        .withMessageContaining(complaint);
  }

  @Test
  void secretsAreNotRepeated() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StoreUrl.parse("s3://key:secret@b/p"))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://b?connections=0",
        "s3://b?connections=many",
        "s3://b?timeout=0",
        "s3://b?timeout=-1",
        "s3://b?limit-rate=fast",
        "s3://b?limit-rate=0",
        "s3://b?endpoint=nonsense",
        "s3://b?endpoint=ftp://host",
        "swift://c?listing-delay=soon"
      })
  void badParametersAreRefusedBeforeAnythingIsAsked(String text) {
    var stores =
        new ObjectStores(
            Map.of("ST_AUTH", "http://127.0.0.1:9", "ST_USER", "u", "ST_KEY", "k"),
            Traffic.UNLIMITED);
    assertThatIllegalArgumentException().isThrownBy(() -> stores.open(StoreUrl.parse(text)));
  }

  @Test
  void missingCredentialsOfSwiftAreNamed() {
    var stores = new ObjectStores(Map.of(), Traffic.UNLIMITED);
    assertThatThrownBy(() -> stores.open(StoreUrl.parse("swift://c")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ST_AUTH")
        .hasMessageContaining("OS_AUTH_URL");
    var half = new ObjectStores(Map.of("OS_AUTH_URL", "http://127.0.0.1:9"), Traffic.UNLIMITED);
    assertThatThrownBy(() -> half.open(StoreUrl.parse("swift://c")))
        .hasMessage("OS_USERNAME is not set");
  }

  @ParameterizedTest
  @CsvSource({
    "swift://c, there is no such host",
    "s3://bucket?endpoint=http://nowhere.invalid, there is no such host"
  })
  void hostsThatAreNotThereAreNamed(String url, String complaint) {
    var stores =
        new ObjectStores(
            Map.of(
                "ST_AUTH", "http://nowhere.invalid",
                "ST_USER", "u",
                "ST_KEY", "k",
                "AWS_ACCESS_KEY_ID", "id",
                "AWS_SECRET_ACCESS_KEY", "secret"),
            Traffic.UNLIMITED);
    assertThatThrownBy(() -> stores.open(StoreUrl.parse(url)))
        .hasMessageContaining("nowhere.invalid")
        .hasMessageContaining(complaint);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "500K, 512000", "20m, 20971520", "1.5G, 1610612736", " 2k , 2048"})
  void rates(String text, long bytes) {
    assertThat(Rates.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "-1", "1T", "1 M", "0", "0.0001", "ten"})
  void noRates(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Rates.parse(text));
  }
}
