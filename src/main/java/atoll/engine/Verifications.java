package atoll.engine;

import atoll.db.Database;
import atoll.model.AlertKind;
import atoll.model.Damage;
import atoll.model.PointId;
import atoll.model.Task;
import atoll.model.VerificationRun;
import atoll.repository.Repository;
import atoll.repository.VerifyMode;
import atoll.repository.VerifyReport;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is in the repository, and says what is not as it was written. */
final class Verifications implements TaskHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);

  /** How many damaged ranges are kept; how many objects are damaged is counted all the same. */
  static final int DAMAGES_MAX = 1000;

  private final Database database;
  private final Repository repository;
  private final Alerts alerts;
  private final InstantSource clock;

  Verifications(EngineParts parts) {
    this.database = parts.database();
    this.repository = parts.repository();
    this.alerts = parts.alerts();
    this.clock = parts.clock();
  }

  @Override
  public Outcome run(Task task, Consumer<Progress> progress) throws IOException {
    Instant began = clock.instant();
    VerifyMode mode = VerifyMode.valueOf(task.argument());
    VerifyReport report = repository.verify(mode, Progress.bytesTo(progress));
    var run =
        new VerificationRun(
            mode == VerifyMode.QUICK,
            began,
            clock.instant(),
            report.snapshots(),
            report.chunks(),
            report.bytesRead(),
            report.damage().size());
    List<Damage> damages = damages(report);
    database.change(tx -> tx.repositories().record(repository.id(), run, damages));
    LOG.info(
        "verification: {} snapshots, {} chunks, {} damaged",
        run.snapshots(),
        run.chunks(),
        run.damaged());
    if (!report.isClean()) {
      alerts.raise(
          AlertKind.REPOSITORY_DAMAGED,
          repository.id(),
          "%d objects or records are not as they were written, the first: %s"
              .formatted(run.damaged(), report.damage().getFirst().problem()));
    } else if (mode == VerifyMode.FULL) {
      alerts.end(AlertKind.REPOSITORY_DAMAGED, repository.id());
    }
    return DONE;
  }

  private static List<Damage> damages(VerifyReport report) {
    var damages = new ArrayList<Damage>();
    for (VerifyReport.Damage one : report.damage()) {
      if (one.needs().isEmpty()) {
        damages.add(new Damage(one.objectKey(), one.offsetBytes(), one.problem(), null));
      }
      for (VerifyReport.Need need : one.needs()) {
        damages.add(
            new Damage(
                one.objectKey(),
                one.offsetBytes(),
                one.problem(),
                new Damage.Range(
                    new PointId(need.snapshot()), need.offsetBytes(), need.lengthBytes())));
      }
    }
    return damages.subList(0, Math.min(damages.size(), DAMAGES_MAX));
  }
}
