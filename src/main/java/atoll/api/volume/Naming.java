package atoll.api.volume;

import atoll.api.openstack.Fields;

/** What a body calls a thing, in either of the spellings that clients use. */
record Naming(String name, String description) {
  /** That of a thing which has none yet. */
  static Naming in(Fields body) {
    return in(body, "", "");
  }

  /** That of a thing which keeps what the body does not say. */
  static Naming in(Fields body, String name, String description) {
    return new Naming(
        first(body, "name", "display_name", name),
        first(body, "description", "display_description", description));
  }

  private static String first(Fields body, String name, String older, String otherwise) {
    boolean named = body.has(name);
    if (!body.has(older) && !named) {
      return otherwise;
    }
    String text = body.text(named ? name : older, Fields.NAME_MAX);
    return text == null ? "" : text.strip();
  }
}
