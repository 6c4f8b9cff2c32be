package atoll.repository;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** What a verification found damaged, by the place the tables name, and who needs it. */
final class DamageList {
  /** A damaged record. */
  record Finding(Reference record, int kind, DamagedObjectException problem) {}

  private final Map<Place, Finding> records = new ConcurrentHashMap<>();
  private final Map<Place, List<VerifyReport.Need>> needs = new ConcurrentHashMap<>();
  private final Map<UUID, DamagedObjectException> manifests = new ConcurrentHashMap<>();
  private final List<DamagedObjectException> directories = new ArrayList<>();

  /** A record of {@link PackEntry#CHUNK} or {@link PackEntry#NODE} cannot be read. */
  void add(Reference record, int kind, DamagedObjectException problem) {
    records.putIfAbsent(record.place(), new Finding(record, kind, problem));
  }

  void addManifest(UUID snapshot, DamagedObjectException problem) {
    manifests.put(snapshot, problem);
  }

  /** How many manifests are damaged. */
  int manifests() {
    return manifests.size();
  }

  synchronized void addDirectory(DamagedObjectException problem) {
    directories.add(problem);
  }

  boolean hasRecords() {
    return !records.isEmpty();
  }

  boolean contains(Place place) {
    return records.containsKey(place);
  }

  /** The damaged chunks. */
  List<Finding> chunks() {
    return records.values().stream().filter(f -> f.kind() == PackEntry.CHUNK).toList();
  }

  /** A snapshot needs what lies at {@code place} in a range; ranges come in order. */
  void addNeed(Place place, VerifyReport.Need need) {
    List<VerifyReport.Need> there = needs.computeIfAbsent(place, _ -> new ArrayList<>());
    VerifyReport.Need last = there.isEmpty() ? null : there.getLast();
    if (last != null
        && last.snapshot().equals(need.snapshot())
        && last.offsetBytes() + last.lengthBytes() == need.offsetBytes()) {
      long length = last.lengthBytes() + need.lengthBytes();
      there.set(
          there.size() - 1, new VerifyReport.Need(last.snapshot(), last.offsetBytes(), length));
      return;
    }
    there.add(need);
  }

  /** Forgets what only snapshots needed that were deleted, and perhaps collected, meanwhile. */
  void forgetDeleted(Manifests store) throws IOException {
    var deleted = new HashSet<UUID>();
    for (UUID id : snapshots()) {
      if (!store.exists(id)) {
        deleted.add(id);
      }
    }
    manifests.keySet().removeAll(deleted);
    needs.values().forEach(list -> list.removeIf(need -> deleted.contains(need.snapshot())));
    records.keySet().removeIf(place -> needsOf(place).isEmpty());
  }

  private Set<UUID> snapshots() {
    var ids = new HashSet<>(manifests.keySet());
    needs.values().forEach(list -> list.forEach(need -> ids.add(need.snapshot())));
    return ids;
  }

  private List<VerifyReport.Need> needsOf(Place place) {
    return needs.getOrDefault(place, List.of());
  }

  /** All of it, by object and offset. */
  List<VerifyReport.Damage> report() {
    var damage = new ArrayList<VerifyReport.Damage>();
    manifests.forEach((id, problem) ->
        damage.add(damage(problem, List.of(new VerifyReport.Need(id, 0, Long.MAX_VALUE)))));
    records.forEach((place, finding) -> damage.add(damage(finding.problem(), needsOf(place))));
    directories.forEach(problem -> damage.add(damage(problem, List.of())));
    damage.sort(
        Comparator.comparing(VerifyReport.Damage::objectKey)
            .thenComparingLong(VerifyReport.Damage::offsetBytes));
    return damage;
  }

  private static VerifyReport.Damage damage(
      DamagedObjectException problem, List<VerifyReport.Need> needs) {
    return new VerifyReport.Damage(
        problem.objectKey(), problem.offsetBytes(), String.valueOf(problem.getMessage()), needs);
  }
}
