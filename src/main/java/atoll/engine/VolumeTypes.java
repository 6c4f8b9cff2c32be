package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.ProjectId;
import atoll.model.Volume;
import atoll.model.VolumeId;
import atoll.model.VolumeStatus;
import atoll.model.VolumeTraits;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeDetails;
import atoll.model.VolumeTypeEncryption;
import atoll.model.VolumeTypeFilter;
import atoll.model.VolumeTypeId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The types of volumes that an administrator offers, to all projects or to some.
 *
 * <p>What is said of a type (extra specs, encryption) is kept for whoever asks and changes nothing
 * here. A type of which there are volumes cannot be deleted, and no volume is made of a type that
 * is not there: both are looked at in the transaction that writes, and one at a time does.
 */
public final class VolumeTypes {
  private static final String KIND = "volume type";

  private final Database database;
  private final InstantSource clock;

  VolumeTypes(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /**
   * A type.
   *
   * @param viewer who asks; null if it sees all
   * @throws RefusedException if there is none that it sees
   */
  public VolumeTypeDetails get(VolumeTypeId id, @Nullable ProjectId viewer) {
    return database.read(tx ->
        details(
            tx,
            tx.volumeTypes()
                .find(id)
                .filter(type -> sees(tx, viewer, type))
                .orElseThrow(() -> notFound(id))));
  }

  /** The type of that name, if there is one that {@code viewer} sees. */
  public Optional<VolumeTypeDetails> named(String name, @Nullable ProjectId viewer) {
    return database.read(tx ->
        tx.volumeTypes()
            .named(name)
            .filter(type -> sees(tx, viewer, type))
            .map(type -> details(tx, type)));
  }

  /**
   * A page of the types that fit a filter.
   *
   * @throws RefusedException if there is no type of the page's marker
   */
  public List<VolumeTypeDetails> list(VolumeTypeFilter filter, Page<VolumeTypeFilter.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null) {
        requireThere(tx, new VolumeTypeId(marker));
      }
      List<VolumeType> types = tx.volumeTypes().list(filter, page);
      Map<String, Map<String, String>> specs =
          tx.metadata()
              .of(
                  MetadataKind.EXTRA_SPEC,
                  types.stream().map(type -> type.id().toString()).toList());
      return types.stream()
          .map(type ->
              new VolumeTypeDetails(type, specs.getOrDefault(type.id().toString(), Map.of())))
          .toList();
    });
  }

  private static VolumeTypeDetails details(Transaction tx, VolumeType type) {
    String id = type.id().toString();
    return new VolumeTypeDetails(
        type, tx.metadata().of(MetadataKind.EXTRA_SPEC, List.of(id)).getOrDefault(id, Map.of()));
  }

  private static boolean sees(Transaction tx, @Nullable ProjectId viewer, VolumeType type) {
    return viewer == null
        || type.isPublic()
        || tx.volumeTypes().projects(type.id()).contains(viewer);
  }

  /** The type of a volume, deleted or not; the default one if that type is no more. */
  public VolumeTypeId ofVolume(VolumeId volume) {
    return database.read(tx ->
        tx.volumes()
            .find(volume)
            .flatMap(it -> tx.volumeTypes().find(it.traits().type()))
            .map(VolumeType::id)
            .orElse(VolumeType.DEFAULT));
  }

  static VolumeType requireThere(Transaction tx, VolumeTypeId id) {
    return tx.volumeTypes().find(id).orElseThrow(() -> notFound(id));
  }

  private static RefusedException notFound(VolumeTypeId id) {
    return new RefusedException(new Refusal.NotFound(KIND, id.toString()));
  }

  /**
   * Offers another type.
   *
   * @throws RefusedException if there is one of that name
   */
  public VolumeTypeDetails create(
      String name, String description, boolean isPublic, Map<String, String> extraSpecs) {
    var id = new VolumeTypeId(UUID.randomUUID());
    return database.write(tx -> {
      requireFree(tx, name);
      tx.volumeTypes()
          .insert(new VolumeType(id, name, description, isPublic, null, clock.instant(), null));
      tx.metadata().put(MetadataKind.EXTRA_SPEC, id.toString(), extraSpecs);
      return details(tx, requireThere(tx, id));
    });
  }

  private static void requireFree(Transaction tx, String name) {
    if (tx.volumeTypes().named(name).isPresent()) {
      throw new RefusedException(new Refusal.Exists(KIND, name));
    }
  }

  /**
   * Changes what is not null.
   *
   * @throws RefusedException if there is no such type, another has that name, or it is the default
   *     one, which everybody must see
   */
  public VolumeTypeDetails update(
      VolumeTypeId id,
      @Nullable String name,
      @Nullable String description,
      @Nullable Boolean isPublic) {
    if (id.equals(VolumeType.DEFAULT) && Boolean.FALSE.equals(isPublic)) {
      throw new RefusedException(
          new Refusal.NotSupported(
              "The volume type %s is the default volume type and must be public.".formatted(id)));
    }
    return database.write(tx -> {
      VolumeType before = requireThere(tx, id);
      if (name != null && !name.equals(before.name())) {
        requireFree(tx, name);
      }
      tx.volumeTypes()
          .describe(
              id,
              name == null ? before.name() : name,
              description == null ? before.description() : description,
              isPublic == null ? before.isPublic() : isPublic,
              clock.instant());
      return details(tx, requireThere(tx, id));
    });
  }

  /**
   * Offers a type no more.
   *
   * @throws RefusedException if there is no such type, there are volumes of it, or it is the
   *     default one
   */
  public void delete(VolumeTypeId id) {
    database.change(tx -> {
      requireThere(tx, id);
      if (id.equals(VolumeType.DEFAULT)) {
        throw new RefusedException(
            new Refusal.NotSupported(
                "The volume type %s is the default volume type and cannot be deleted."
                    .formatted(id)));
      }
      requireUnused(tx, id, "Target volume type is still in use.");
      tx.metadata().clear(MetadataKind.EXTRA_SPEC, id.toString());
      tx.volumeTypes().delete(id);
    });
  }

  private static void requireUnused(Transaction tx, VolumeTypeId id, String otherwise) {
    if (tx.volumes().anyOf(id)) {
      throw new RefusedException(new Refusal.InUse(otherwise));
    }
  }

  /**
   * Says something of a type, in place of what was said under the same keys.
   *
   * @throws RefusedException if there is no such type
   */
  public void putExtraSpecs(VolumeTypeId id, Map<String, String> specs) {
    database.change(tx -> {
      requireThere(tx, id);
      tx.metadata().put(MetadataKind.EXTRA_SPEC, id.toString(), specs);
    });
  }

  /**
   * Takes back what was said of a type under a key; false if nothing was.
   *
   * @throws RefusedException if there is no such type
   */
  public boolean removeExtraSpec(VolumeTypeId id, String key) {
    return database.write(tx -> {
      requireThere(tx, id);
      return tx.metadata().remove(MetadataKind.EXTRA_SPEC, id.toString(), key);
    });
  }

  /** The projects that see a type that is not public. */
  public List<ProjectId> projects(VolumeTypeId id) {
    return database.read(tx -> tx.volumeTypes().projects(id));
  }

  /**
   * Lets a project use a type; false if it may already.
   *
   * @throws RefusedException if there is no such type, or it is public
   */
  public boolean grant(VolumeTypeId id, ProjectId project) {
    return database.write(tx -> {
      requirePrivate(requireThere(tx, id));
      return tx.volumeTypes().grant(id, project);
    });
  }

  /**
   * Lets a project use a type no more; false if it could not. Its volumes stay as they are.
   *
   * @throws RefusedException if there is no such type, or it is public
   */
  public boolean revoke(VolumeTypeId id, ProjectId project) {
    return database.write(tx -> {
      requirePrivate(requireThere(tx, id));
      return tx.volumeTypes().revoke(id, project);
    });
  }

  private static void requirePrivate(VolumeType type) {
    if (type.isPublic()) {
      throw new RefusedException(
          new Refusal.WrongState(
              KIND, type.id().toString(), "public", "access is given to private ones alone"));
    }
  }

  /**
   * What is said of the encryption of a type's volumes.
   *
   * @throws RefusedException if there is no such type
   */
  public Optional<VolumeTypeEncryption> encryption(VolumeTypeId id) {
    return database.read(tx -> {
      requireThere(tx, id);
      return tx.typeEncryptions().find(id);
    });
  }

  /**
   * Says something of the encryption of a type's volumes, as long as there are none.
   *
   * @throws RefusedException if there is no such type, there are volumes of it, or something is
   *     said already
   */
  public VolumeTypeEncryption createEncryption(VolumeTypeId id, VolumeTypeEncryption.Spec spec) {
    return database.write(tx -> {
      requireThere(tx, id);
      requireUnused(tx, id, "Cannot create encryption specs. Volume type in use.");
      if (tx.typeEncryptions().find(id).isPresent()) {
        throw new RefusedException(
            new Refusal.InUse("Volume type encryption for type %s already exists.".formatted(id)));
      }
      tx.typeEncryptions().insert(id, UUID.randomUUID(), spec, clock.instant());
      return tx.typeEncryptions().find(id).orElseThrow();
    });
  }

  /**
   * Says something else of it, as long as there are no volumes; false if nothing was said.
   *
   * @throws RefusedException if there is no such type, or there are volumes of it
   */
  public boolean updateEncryption(
      VolumeTypeId id, UnaryOperator<VolumeTypeEncryption.Spec> change) {
    return database.write(tx -> {
      requireThere(tx, id);
      requireUnused(tx, id, "Cannot update encryption specs. Volume type in use.");
      Optional<VolumeTypeEncryption> before = tx.typeEncryptions().find(id);
      before.ifPresent(
          one -> tx.typeEncryptions().update(id, change.apply(one.spec()), clock.instant()));
      return before.isPresent();
    });
  }

  /**
   * Takes back what was said of it, as long as there are no volumes; false if nothing was.
   *
   * @throws RefusedException if there is no such type, or there are volumes of it
   */
  public boolean deleteEncryption(VolumeTypeId id) {
    return database.write(tx -> {
      requireThere(tx, id);
      requireUnused(tx, id, "Cannot delete encryption specs. Volume type in use.");
      return tx.typeEncryptions().delete(id);
    });
  }

  /**
   * Makes a volume one of another type; its data stays where it is.
   *
   * @return false if it is of that type already, or neither available nor in use
   * @throws RefusedException if there is no such volume or no such type
   */
  public boolean retype(VolumeId id, VolumeTypeId type) {
    return database.write(tx -> {
      requireThere(tx, type);
      Volume volume = VolumeFacts.readLiving(tx, id).volume();
      VolumeTraits traits = volume.traits();
      boolean settled =
          volume.status() == VolumeStatus.AVAILABLE || volume.status() == VolumeStatus.IN_USE;
      if (!settled || traits.type().equals(type)) {
        return false;
      }
      tx.volumes()
          .setTraits(
              id, new VolumeTraits(type, traits.bootable(), traits.readOnly()), clock.instant());
      return true;
    });
  }
}
