package atoll.cli.repository;

import atoll.repository.StoredKey;
import picocli.CommandLine.Option;

/** What a new key is called. */
final class LabelOption {
  @Option(
      names = "--label",
      paramLabel = "TEXT",
      description =
          "What you call the key, such as 'laptop of Anna'; anybody who sees the store can read"
              + " it.")
  private String label = "";

  /** The label, empty if there is none; refused if a list of keys could not show it. */
  String label(RepositoryOptions options) {
    if (!StoredKey.isLabel(label)) {
      throw options.refused(
          "--label: at most %d characters, all to be seen".formatted(StoredKey.LABEL_MAX));
    }
    return label;
  }
}
