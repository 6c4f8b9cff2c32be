package atoll.demo.service;

import atoll.demo.bench.ProgressLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Measures calls, one kind after the other, one call at a time. */
final class Calls {
  private static final int WARM_UP = 5;
  private static final int PAGES = 20;
  private static final byte[] NOTHING = {};
  private static final Duration POLL_EVERY = Duration.ofMillis(1);
  private static final Pattern COUNTED =
      Pattern.compile(
          "atoll_http_request(s|_seconds)_total\\{api=\"/volume\",method=\"GET\",status=\"200\"} (.*)");

  private final Caller member;
  private final Caller admin;
  private final ServiceProcess service;
  private final int times;
  private final ProgressLines progress;
  private final List<Figure> figures = new ArrayList<>();

  /**
   * @param member of the largest project
   * @param times how often each call is made
   */
  Calls(ServiceProcess service, Caller member, Caller admin, int times, ProgressLines progress) {
    this.service = service;
    this.member = member;
    this.admin = admin;
    this.times = times;
    this.progress = progress;
  }

  /** All of them. */
  List<Figure> measure() throws IOException, InterruptedException {
    volumes();
    filters();
    everybodys();
    snapshotsAndBackups();
    others();
    making();
    return figures;
  }

  private void volumes() throws IOException, InterruptedException {
    List<String> ids = ids("/volumes?limit=1000", "volumes");
    String middle = middle("/volumes?limit=1000", "volumes");
    gets("1,000 volumes in detail, first page", member, "/volumes/detail?limit=1000");
    gets(
        "1,000 volumes in detail, a page in the middle",
        member,
        "/volumes/detail?limit=1000&marker=" + middle);
    gets("20 volumes in detail, first page", member, "/volumes/detail?limit=20");
    gets(
        "20 volumes in detail, a page in the middle",
        member,
        "/volumes/detail?limit=20&marker=" + middle);
    String last = ids("/volumes?limit=21&sort=created_at:asc", "volumes").getLast();
    gets("20 volumes in detail, the last page", member, "/volumes/detail?limit=20&marker=" + last);
    for (String key : List.of("name:asc", "size:desc", "status:asc", "name:asc,size:desc")) {
      gets(
          "20 volumes in detail, sorted by " + key, member, "/volumes/detail?limit=20&sort=" + key);
      gets(
          "20 volumes in detail, sorted by %s, in the middle".formatted(key),
          member,
          "/volumes/detail?limit=20&sort=%s&marker=%s".formatted(key, middle));
    }
    gets("a volume by id", member, "/volumes/" + ids.get(ids.size() / 2));
  }

  private void filters() throws IOException, InterruptedException {
    String named = find("/volumes/detail?limit=1000", "volumes", one -> text(one, "name"));
    gets("volumes by name", member, "/volumes/detail?name=" + named);
    gets("volumes by a name that there is not", member, "/volumes/detail?name=nobody");
    gets("20 volumes by status in-use", member, "/volumes/detail?limit=20&status=in-use");
    gets("20 volumes by status error", member, "/volumes/detail?limit=20&status=error");
    gets("volumes by status creating, none", member, "/volumes/detail?status=creating");
    String owner =
        find("/volumes/detail?limit=1000", "volumes", one -> text(one.get("metadata"), "owner"));
    gets("volumes by metadata", member, "/volumes/detail?metadata=%7B'owner':'" + owner + "'%7D");
    gets(
        "20 volumes by metadata that many have",
        member,
        "/volumes/detail?limit=20&metadata=%7B'env':'test'%7D");
    gets("20 volumes with_count", member, "/volumes/detail?limit=20&with_count=true");
    gets(
        "20 volumes by status in-use with_count",
        member,
        "/volumes/detail?limit=20&status=in-use&with_count=true");
  }

  private void everybodys() throws IOException, InterruptedException {
    String all = "/volumes/detail?all_tenants=1";
    List<String> ids = ids("/volumes?limit=1000", "volumes");
    gets("1,000 volumes of all projects in detail", admin, all + "&limit=1000");
    gets(
        "1,000 volumes of all projects, a page in the middle",
        admin,
        all + "&limit=1000&marker=" + ids.get(ids.size() / 2));
    gets("20 volumes of all projects by name:asc", admin, all + "&limit=20&sort=name:asc");
    String named = find("/volumes/detail?limit=1000", "volumes", one -> text(one, "name"));
    gets("volumes of all projects by name", admin, all + "&name=" + named);
    gets("20 volumes of all projects by status error", admin, all + "&limit=20&status=error");
    gets("20 volumes of all projects with_count", admin, all + "&limit=20&with_count=true");
    gets("20 snapshots of all projects", admin, "/snapshots/detail?all_tenants=1&limit=20");
  }

  private void snapshotsAndBackups() throws IOException, InterruptedException {
    String middle = middle("/snapshots?limit=1000", "snapshots");
    JsonNode one = Caller.JSON.readTree(member.volume("/snapshots/" + middle)).get("snapshot");
    gets("1,000 snapshots in detail, first page", member, "/snapshots/detail?limit=1000");
    gets(
        "1,000 snapshots in detail, a page in the middle",
        member,
        "/snapshots/detail?limit=1000&marker=" + middle);
    gets("20 snapshots, sorted by name:asc", member, "/snapshots?limit=20&sort=name:asc");
    gets("20 snapshots by name", member, "/snapshots?limit=20&name=" + text(one, "name"));
    gets("snapshots of a volume", member, "/snapshots/detail?volume_id=" + text(one, "volume_id"));
    gets(
        "20 snapshots by metadata that many have",
        member,
        "/snapshots/detail?limit=20&metadata=%7B'schedule':'daily'%7D");
    gets("20 snapshots with_count", member, "/snapshots/detail?limit=20&with_count=true");
    gets("a snapshot by id", member, "/snapshots/" + middle);
    gets("1,000 backups in detail, first page", member, "/backups/detail?limit=1000");
    gets(
        "20 backups of a volume",
        member,
        "/backups/detail?limit=20&volume_id=" + text(one, "volume_id"));
  }

  private void others() throws IOException, InterruptedException {
    gets("limits", member, "/limits");
    gets("quotas with usage", admin, "/os-quota-sets/" + member.projectId() + "?usage=True");
    gets("summary of volumes", member, "/volumes/summary");
    gets("20 messages", member, "/messages?limit=20");
    gets("20 attachments", member, "/attachments/detail?limit=20");
    gets("volume types", member, "/types");
    timed("/healthz", () -> admin.call("GET", "/healthz", null));
    timed("/metrics", () -> admin.call("GET", "/metrics", null));
    timed("tasks of Atoll's own API", () -> admin.call("GET", "/atoll/v1/tasks", null));
  }

  private void making() throws IOException, InterruptedException {
    String content = find("/snapshots/detail?limit=1000", "snapshots", one -> text(one, "id"));
    timed(
        "a new volume, until it is available",
        () -> make("volume", "{\"volume\": {\"size\": 1, \"name\": \"new\"}}"));
    timed(
        "a new volume of a snapshot, until it is available",
        () ->
            make(
                "volume",
                "{\"volume\": {\"size\": 2100, \"snapshot_id\": \"%s\"}}".formatted(content)));
    String source =
        find("/snapshots/detail?limit=1000", "snapshots", one -> text(one, "volume_id"));
    timed(
        "a new snapshot, until it is available",
        () ->
            make(
                "snapshot",
                "{\"snapshot\": {\"volume_id\": \"%s\", \"force\": true}}".formatted(source)));
  }

  private byte[] make(String kind, String body) throws IOException, InterruptedException {
    JsonNode _ = member.make(kind, body, POLL_EVERY);
    return NOTHING;
  }

  /** Something that is called for. */
  private interface Work {
    byte[] call() throws IOException, InterruptedException;
  }

  private void gets(String what, Caller caller, String path)
      throws IOException, InterruptedException {
    timed(what, () -> caller.volume(path));
  }

  private void timed(String what, Work work) throws IOException, InterruptedException {
    Figure figure = progress.during(what, () -> measured(what, work));
    figures.add(figure);
  }

  private Figure measured(String what, Work work) throws IOException, InterruptedException {
    for (int i = 0; i < WARM_UP; i++) {
      byte[] _ = work.call();
    }
    Counted before = counted();
    Duration cpu = service.cpuTime();
    double[] millis = new double[times];
    long bytes = 0;
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      bytes = work.call().length;
      millis[i] = (System.nanoTime() - start) / 1e6;
    }
    double cpuMillis = service.cpuTime().minus(cpu).toMillis() / (double) times;
    Counted after = counted();
    Arrays.sort(millis);
    boolean isOnlyRead = Math.round(after.calls - before.calls) == times;
    return new Figure(
        what,
        times,
        millis[times / 2],
        millis[times * 9 / 10],
        isOnlyRead ? (after.seconds - before.seconds) * 1000 / times : null,
        cpuMillis,
        bytes);
  }

  /** What the service has counted of reads of Block Storage. */
  private record Counted(double calls, double seconds) {}

  private Counted counted() throws IOException, InterruptedException {
    String metrics = new String(admin.call("GET", "/metrics", null), StandardCharsets.UTF_8);
    Matcher matcher = COUNTED.matcher(metrics);
    double calls = 0;
    double seconds = 0;
    while (matcher.find()) {
      double value = Double.parseDouble(matcher.group(2));
      if (matcher.group(1).equals("s")) {
        calls = value;
      } else {
        seconds = value;
      }
    }
    return new Counted(calls, seconds);
  }

  private List<String> ids(String path, String list) throws IOException, InterruptedException {
    var ids = new ArrayList<String>();
    Caller.JSON.readTree(member.volume(path)).get(list).forEach(one -> ids.add(text(one, "id")));
    return ids;
  }

  /** One in the middle of the list, or of its first twenty pages. */
  private String middle(String path, String list) throws IOException, InterruptedException {
    List<String> ids = ids(path, list);
    var all = new ArrayList<String>(ids);
    for (int page = 1; page < PAGES && !ids.isEmpty(); page++) {
      ids = ids(path + "&marker=" + ids.getLast(), list);
      all.addAll(ids);
    }
    return all.get(all.size() / 2);
  }

  /** What the things of a list say of one that says anything. */
  private interface Said {
    @Nullable String of(JsonNode thing);
  }

  private String find(String path, String list, Said said)
      throws IOException, InterruptedException {
    for (JsonNode one : Caller.JSON.readTree(member.volume(path)).get(list)) {
      String found = said.of(one);
      if (found != null && !found.isEmpty()) {
        return found;
      }
    }
    throw new IOException("nothing to look for in " + path);
  }

  private static String text(JsonNode thing, String name) {
    JsonNode value = thing.get(name);
    return value == null || value.isNull() ? "" : value.asString();
  }
}
