package atoll.demo.service;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/**
 * Reads as clients make them, several at once: of ten calls six show a volume, and one each a
 * snapshot, a volume of a name, a page of volumes and the limits.
 */
final class MixedReads {
  private final Caller caller;
  private final List<JsonNode> volumes = new ArrayList<>();
  private final List<JsonNode> snapshots = new ArrayList<>();

  MixedReads(Caller caller) throws IOException, InterruptedException {
    this.caller = caller;
    read("/volumes/detail?limit=1000").get("volumes").forEach(volumes::add);
    read("/snapshots/detail?limit=1000").get("snapshots").forEach(snapshots::add);
  }

  private JsonNode read(String path) throws IOException, InterruptedException {
    return Caller.JSON.readTree(caller.volume(path));
  }

  /** Calls for a while. */
  Load measure(ServiceProcess service, int connections, int processors, Duration length)
      throws IOException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
      Duration cpu = service.cpuTime();
      long start = System.nanoTime();
      long end = start + length.toNanos();
      var callers = new ArrayList<Future<List<Double>>>();
      for (int i = 0; i < connections; i++) {
        var random = new Random(i);
        callers.add(threads.submit(() -> callUntil(end, random)));
      }
      var millis = new ArrayList<Double>();
      for (Future<List<Double>> each : callers) {
        millis.addAll(each.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      Duration used = service.cpuTime().minus(cpu);
      Collections.sort(millis);
      return new Load(
          connections,
          processors,
          millis.size() / seconds,
          used.toMillis() / (double) millis.size(),
          millis.get(millis.size() / 2),
          millis.get(millis.size() * 9 / 10));
    } catch (ExecutionException e) {
      throw new IOException("a call failed: " + e.getCause(), e);
    }
  }

  private List<Double> callUntil(long endNanos, Random random)
      throws IOException, InterruptedException {
    var millis = new ArrayList<Double>();
    while (System.nanoTime() < endNanos) {
      String path = path(random);
      long start = System.nanoTime();
      byte[] _ = caller.volume(path);
      millis.add((System.nanoTime() - start) / 1e6);
    }
    return millis;
  }

  private String path(Random random) {
    JsonNode volume = volumes.get(random.nextInt(volumes.size()));
    JsonNode snapshot = snapshots.get(random.nextInt(snapshots.size()));
    return switch (random.nextInt(10)) {
      case 0 -> "/snapshots/" + snapshot.get("id").asString();
      case 1 -> "/volumes/detail?name=" + name(volume);
      case 2 -> "/volumes/detail?limit=20&marker=" + volume.get("id").asString();
      case 3 -> "/limits";
      default -> "/volumes/" + volume.get("id").asString();
    };
  }

  private static String name(JsonNode thing) {
    return thing.get("name").isNull() ? "nobody" : thing.get("name").asString();
  }
}
