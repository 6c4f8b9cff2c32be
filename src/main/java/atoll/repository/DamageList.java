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
  private final Set<ObjectId> packs = ConcurrentHashMap.newKeySet();
  private final List<VerifyReport.Damage> objects = new ArrayList<>();

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

  /** An object cannot be read that no snapshot needs to be restored. */
  void addObject(DamagedObjectException problem) {
    addObject(problem, List.of());
  }

  /** What a pack says of itself cannot be read; what tables name in it perhaps can. */
  void addPack(ObjectId pack, DamagedObjectException problem) {
    packs.add(pack);
    addObject(problem);
  }

  /** The packs whose directories cannot be read. */
  Set<ObjectId> packs() {
    return Set.copyOf(packs);
  }

  /** A snapshot should be there and has no manifest. */
  void addMissing(UUID snapshot) {
    addObject(
        new DamagedObjectException(
            ObjectNames.snapshot(snapshot), 0, "the manifest of a snapshot", "no such object"),
        List.of(new VerifyReport.Need(snapshot, 0, Long.MAX_VALUE)));
  }

  private synchronized void addObject(
      DamagedObjectException problem, List<VerifyReport.Need> needs) {
    objects.add(damage(problem, needs));
  }

  boolean hasRecords() {
    return !records.isEmpty();
  }

  boolean contains(Place place) {
    return records.containsKey(place);
  }

  /** The damaged chunks and nodes. */
  List<Finding> records() {
    return List.copyOf(records.values());
  }

  /** What lay at a place is to be had elsewhere now. */
  void forgetHealed(Place place) {
    records.remove(place);
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

  /**
   * Forgets that snapshots need something that were deleted meanwhile; and what nobody needs and is
   * gone by now: it was collected.
   */
  void forgetDeleted(Manifests store, Collected collected) throws IOException {
    var deleted = new HashSet<UUID>();
    for (UUID id : snapshots()) {
      if (!store.exists(id)) {
        deleted.add(id);
      }
    }
    manifests.keySet().removeAll(deleted);
    needs.values().forEach(list -> list.removeIf(need -> deleted.contains(need.snapshot())));
    for (Finding finding : List.copyOf(records.values())) {
      Place place = finding.record().place();
      if (needsOf(place).isEmpty() && collected.isGone(place)) {
        records.remove(place);
      }
    }
  }

  /** Tells whether the pack is gone that had something at a place. */
  @FunctionalInterface
  interface Collected {
    boolean isGone(Place place) throws IOException;
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
    synchronized (this) {
      damage.addAll(objects);
    }
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
