package atoll;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house that no compiler checks: sizes, names, words (CONTRIBUTING.md). */
class HouseTest {
  private static final int FILE_LINES_MAX = 500;
  private static final int METHOD_LINES_MAX = 70;

  private static final Path SOURCES = Path.of("src");
  private static final Path PROGRAM = SOURCES.resolve("main");

  /** Names that say nothing of what is in a room. */
  private static final Set<String> FORBIDDEN_ROOMS =
      Set.of("util", "utils", "common", "impl", "manager", "helper");

  /** Split, so that this file may be read by its own rule. */
  private static final Pattern FORBIDDEN_WORDS =
      Pattern.compile("\\bTO" + "DO\\b|\\bFIX" + "ME\\b|print" + "StackTrace|@Dis" + "abled\\b");

  /** Nobody tells when a listing has caught up, a store is well again, or a writer has ended. */
  private static final Path MAY_SLEEP = Path.of("objectstore", "Pauses.java");

  private static final Pattern FORBIDDEN_IN_PROGRAM = Pattern.compile("\\bThread\\.sleep\\b");

  /** Every file below {@code src} with its lines. */
  private static final Map<Path, List<String>> FILES = new TreeMap<>();

  @BeforeAll
  static void readSources() throws IOException {
    try (Stream<Path> found = Files.walk(SOURCES)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        // Any byte is a character of ISO 8859-1: nothing here can fail on a binary resource.
        FILES.put(file, Files.readAllLines(file, StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(javaFiles()).isNotEmpty();
  }

  @Test
  void noFileIsTooLong() {
    assertThat(javaFiles())
        .filteredOn(file -> lines(file).size() > FILE_LINES_MAX)
        .as("files over %d lines: what are their two nouns?", FILE_LINES_MAX)
        .isEmpty();
  }

  @Test
  void noMethodIsTooLong() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var tooLong = new ArrayList<String>();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var sources = files.getJavaFileObjectsFromPaths(javaFiles());
      var task = (JavacTask) compiler.getTask(null, files, null, List.of(), null, sources);
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        unit.accept(new LongMethods(unit, positions, tooLong), null);
      }
    }
    assertThat(tooLong).as("methods over %d lines", METHOD_LINES_MAX).isEmpty();
  }

  @Test
  void noForbiddenWords() {
    var offences = new ArrayList<String>();
    FILES.forEach((file, lines) -> {
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        if (FORBIDDEN_WORDS.matcher(line).find()
            || (file.startsWith(PROGRAM)
                && !file.endsWith(MAY_SLEEP)
                && FORBIDDEN_IN_PROGRAM.matcher(line).find())) {
          offences.add(file + ":" + (i + 1) + ": " + line.strip());
        }
      }
    });
    assertThat(offences).as("words that have no place here").isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    var marked = new ArrayList<List<String>>();
    for (Path file : javaFiles()) {
      if (file.endsWith("package-info.java") && lines(file).contains("@NullMarked")) {
        marked.add(packageOf(file));
      }
    }
    assertThat(javaFiles())
        .filteredOn(file -> !marked.contains(packageOf(file)))
        .as("files in packages without a @NullMarked package-info.java")
        .isEmpty();
  }

  @Test
  void packagesAreNamedAfterWhatIsInThem() {
    assertThat(javaFiles())
        .filteredOn(file -> packageOf(file).stream().anyMatch(FORBIDDEN_ROOMS::contains))
        .as("files in packages named %s", FORBIDDEN_ROOMS)
        .isEmpty();
  }

  private static List<Path> javaFiles() {
    return FILES.keySet().stream().filter(file -> file.toString().endsWith(".java")).toList();
  }

  private static List<String> lines(Path file) {
    return FILES.getOrDefault(file, List.of());
  }

  /** The names below {@code src/main/java} or {@code src/test/java}. */
  private static List<String> packageOf(Path file) {
    Path folder = file.subpath(3, file.getNameCount() - 1);
    return Stream.of(folder.toString().split("/")).toList();
  }

  /** Collects the methods of one file that are too long, from their annotations to their brace. */
  private static final class LongMethods extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final SourcePositions positions;
    private final List<String> found;

    LongMethods(CompilationUnitTree unit, SourcePositions positions, List<String> found) {
      this.unit = unit;
      this.positions = positions;
      this.found = found;
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      LineMap lineMap = unit.getLineMap();
      long first = lineMap.getLineNumber(positions.getStartPosition(unit, method));
      long last = lineMap.getLineNumber(positions.getEndPosition(unit, method));
      if (last - first + 1 > METHOD_LINES_MAX) {
        found.add(
            "%s:%d: %s has %d lines"
                .formatted(
                    unit.getSourceFile().getName(), first, method.getName(), last - first + 1));
      }
      return super.visitMethod(method, null);
    }
  }
}
