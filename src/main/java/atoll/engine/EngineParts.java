package atoll.engine;

import atoll.db.Database;
import atoll.hypervisor.Hypervisor;
import atoll.repository.Repository;
import atoll.storage.VolumeDriver;
import java.time.InstantSource;

/** What the verbs share. */
record EngineParts(
    Database database,
    Repository repository,
    VolumeDriver driver,
    Hypervisor hypervisor,
    Layers layers,
    Standbys standbys,
    VolumeLocks locks,
    Machines machines,
    Space space,
    Quotas quotas,
    Alerts alerts,
    EngineSettings settings,
    InstantSource clock,
    Steps steps) {}
