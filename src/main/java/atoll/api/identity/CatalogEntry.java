package atoll.api.identity;

/**
 * A service in the catalog.
 *
 * @param type what clients look for, such as {@code block-storage}
 * @param name for people
 * @param path where it is on this server; {@code {project_id}} stands for the project that a token
 *     is for
 */
public record CatalogEntry(String type, String name, String path) {
  static final String PROJECT = "{project_id}";
}
