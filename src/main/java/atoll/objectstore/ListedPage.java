package atoll.objectstore;

import java.util.List;

/** Part of a listing, in order of names; {@code isLast} when nothing comes after it. */
public record ListedPage(List<Entry> entries, boolean isLast) {
  /** An object: its name with the prefix of the store, and its size. */
  public record Entry(String name, long sizeBytes) {}

  /** Copies the list; a page without entries is the last. */
  public ListedPage {
    entries = List.copyOf(entries);
    isLast |= entries.isEmpty();
  }
}
