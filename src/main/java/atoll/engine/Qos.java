package atoll.engine;

import atoll.db.Database;
import atoll.db.Transaction;
import atoll.model.MetadataKind;
import atoll.model.Page;
import atoll.model.QosConsumer;
import atoll.model.QosSpecs;
import atoll.model.QosSpecsId;
import atoll.model.VolumeType;
import atoll.model.VolumeTypeId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * QoS specs and with which volume types they are associated. They are kept for whoever attaches
 * volumes; Atoll itself slows nobody down.
 */
public final class Qos {
  private static final String KIND = "QoS specs";

  private final Database database;
  private final InstantSource clock;

  Qos(EngineParts parts) {
    this.database = parts.database();
    this.clock = parts.clock();
  }

  /**
   * The specs.
   *
   * @throws RefusedException if there are none of that id
   */
  public QosSpecs get(QosSpecsId id) {
    return database.read(tx -> read(tx, id));
  }

  private static QosSpecs read(Transaction tx, QosSpecsId id) {
    QosSpecs bare =
        tx.qosSpecs()
            .find(id)
            .orElseThrow(() -> new RefusedException(new Refusal.NotFound(KIND, id.toString())));
    return whole(List.of(bare), tx).getFirst();
  }

  private static List<QosSpecs> whole(List<QosSpecs> bare, Transaction tx) {
    Map<String, Map<String, String>> specs =
        tx.metadata()
            .of(MetadataKind.QOS_SPEC, bare.stream().map(one -> one.id().toString()).toList());
    return bare.stream()
        .map(one ->
            new QosSpecs(
                one.id(),
                one.name(),
                one.consumer(),
                specs.getOrDefault(one.id().toString(), Map.of())))
        .toList();
  }

  /**
   * A page of all.
   *
   * @throws RefusedException if there are none of the page's marker
   */
  public List<QosSpecs> list(Page<QosSpecs.Key> page) {
    return database.read(tx -> {
      UUID marker = page.marker();
      if (marker != null) {
        read(tx, new QosSpecsId(marker));
      }
      return whole(tx.qosSpecs().list(page), tx);
    });
  }

  /**
   * Makes some.
   *
   * @throws RefusedException if there are some of that name
   */
  public QosSpecs create(String name, QosConsumer consumer, Map<String, String> specs) {
    var id = new QosSpecsId(UUID.randomUUID());
    return database.write(tx -> {
      if (tx.qosSpecs().isNamed(name)) {
        throw new RefusedException(new Refusal.Exists(KIND, name));
      }
      tx.qosSpecs().insert(id, name, consumer, clock.instant());
      tx.metadata().put(MetadataKind.QOS_SPEC, id.toString(), specs);
      return read(tx, id);
    });
  }

  /**
   * Says something more, in place of what was said under the same keys.
   *
   * @param consumer null to leave it as it is
   * @throws RefusedException if there are none of that id
   */
  public void update(QosSpecsId id, @Nullable QosConsumer consumer, Map<String, String> specs) {
    database.change(tx -> {
      read(tx, id);
      if (consumer != null) {
        tx.qosSpecs().setConsumer(id, consumer);
      }
      tx.metadata().put(MetadataKind.QOS_SPEC, id.toString(), specs);
    });
  }

  /**
   * Takes back what was said under some keys.
   *
   * @return the first key under which nothing was; all stays as it is then
   * @throws RefusedException if there are none of that id
   */
  public Optional<String> removeKeys(QosSpecsId id, List<String> keys) {
    return database.write(tx -> {
      QosSpecs specs = read(tx, id);
      Optional<String> unknown =
          keys.stream().filter(key -> !specs.specs().containsKey(key)).findFirst();
      if (unknown.isEmpty()) {
        keys.forEach(key -> tx.metadata().remove(MetadataKind.QOS_SPEC, id.toString(), key));
      }
      return unknown;
    });
  }

  /**
   * Deletes some.
   *
   * @param force whether to end their associations
   * @throws RefusedException if there are none of that id, or a type is associated with them
   */
  public void delete(QosSpecsId id, boolean force) {
    database.change(tx -> {
      read(tx, id);
      if (force) {
        tx.volumeTypes().disassociateAll(id);
      } else if (!tx.volumeTypes().associatedWith(id).isEmpty()) {
        throw new RefusedException(new Refusal.InUse("Qos specs still in use."));
      }
      tx.metadata().clear(MetadataKind.QOS_SPEC, id.toString());
      tx.qosSpecs().delete(id);
    });
  }

  /**
   * The types that are associated with some.
   *
   * @throws RefusedException if there are none of that id
   */
  public List<VolumeType> associations(QosSpecsId id) {
    return database.read(tx -> {
      read(tx, id);
      return tx.volumeTypes().associatedWith(id);
    });
  }

  /**
   * Associates a type with some.
   *
   * @throws RefusedException if one of both is not there, or the type is associated with others
   */
  public void associate(QosSpecsId id, VolumeTypeId type) {
    database.change(tx -> {
      read(tx, id);
      QosSpecsId now = VolumeTypes.requireThere(tx, type).qosSpecs();
      if (now != null && !now.equals(id)) {
        throw new RefusedException(
            new Refusal.WrongState(
                "volume type",
                type.toString(),
                "already associated with another qos specs, " + now,
                "disassociate it first"));
      }
      tx.volumeTypes().associate(type, id);
    });
  }

  /**
   * Ends a type's association with some, if there is one.
   *
   * @throws RefusedException if one of both is not there
   */
  public void disassociate(QosSpecsId id, VolumeTypeId type) {
    database.change(tx -> {
      read(tx, id);
      if (id.equals(VolumeTypes.requireThere(tx, type).qosSpecs())) {
        tx.volumeTypes().associate(type, null);
      }
    });
  }

  /**
   * Ends all associations with some.
   *
   * @throws RefusedException if there are none of that id
   */
  public void disassociateAll(QosSpecsId id) {
    database.change(tx -> {
      read(tx, id);
      tx.volumeTypes().disassociateAll(id);
    });
  }
}
