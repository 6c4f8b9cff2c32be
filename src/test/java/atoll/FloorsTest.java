package atoll;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which room may use which: read this table before adding an import. A room is a package below
 * {@code atoll} with all that is below it. Only {@link Main} and what it opens, {@link Site}, may
 * use everything.
 */
class FloorsTest {
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          entry("model", Set.of()),
          entry("keystone", Set.of()),
          entry("objectstore", Set.of("keystone")),
          entry("format", Set.of()),
          entry("nbd", Set.of("format")),
          entry("http", Set.of()),
          entry("repository", Set.of("model", "format", "objectstore")),
          entry("db", Set.of("model")),
          entry("identity", Set.of("model", "db", "keystone")),
          entry("storage", Set.of("model", "format", "nbd")),
          entry("hypervisor", Set.of("model", "format", "nbd")),
          entry(
              "engine",
              Set.of(
                  "model",
                  "objectstore",
                  "format",
                  "nbd",
                  "repository",
                  "db",
                  "storage",
                  "hypervisor")),
          entry("api", Set.of("model", "engine", "identity", "http")),
          entry(
              "cli",
              Set.of(
                  "model",
                  "db",
                  "keystone",
                  "identity",
                  "http",
                  "repository",
                  "objectstore",
                  "format",
                  "nbd")),
          // The tour judges the engine's work with other eyes than the engine's: it reads disks
          // itself and looks at the machines from outside.
          entry("demo", Set.of("model", "db", "engine", "cli", "format", "hypervisor")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("atoll");

  static Stream<String> rooms() {
    return MAY_USE.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("rooms")
  void roomUsesOnlyWhatStandsBelowIt(String room) {
    String[] allowed =
        Stream.concat(Stream.of(room), MAY_USE.getOrDefault(room, Set.of()).stream())
            .map(FloorsTest::inRoom)
            .toArray(String[]::new);
    DescribedPredicate<JavaClass> otherRooms =
        resideInAPackage("atoll..").and(DescribedPredicate.not(resideInAnyPackage(allowed)));
    noClasses()
        .that()
        .resideInAPackage(inRoom(room))
        .should()
        .dependOnClassesThat(otherRooms)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyRoomIsInTheTable() {
    var rooms = new TreeSet<String>();
    for (JavaClass each : CLASSES) {
      String[] names = each.getPackageName().split("\\.", 3);
      if (names.length > 1) {
        rooms.add(names[1]);
      }
    }
    assertThat(rooms).isNotEmpty().isSubsetOf(MAY_USE.keySet());
  }

  @Test
  void tableNamesOnlyItsOwnRooms() {
    assertThat(MAY_USE.values()).allSatisfy(used -> assertThat(rooms()).containsAll(used));
  }

  @Test
  void onlyMainAndSiteStandAboveTheRooms() {
    assertThat(CLASSES.stream().filter(each -> each.getPackageName().equals("atoll")))
        .extracting(JavaClass::getSimpleName)
        .containsOnly("Main", "Openrc", "Service", "ServiceRehearsal", "Site", "package-info");
  }

  @Test
  void noRoomsUseEachOtherInACircle() {
    slices().matching("atoll.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void driversDoNotKnowEachOther() {
    for (String drivers : Set.of("atoll.storage.(*)..", "atoll.hypervisor.(*)..")) {
      slices()
          .matching(drivers)
          .should()
          .notDependOnEachOther()
          .allowEmptyShould(true)
          .check(CLASSES);
    }
  }

  private static String inRoom(String room) {
    return "atoll." + room + "..";
  }
}
