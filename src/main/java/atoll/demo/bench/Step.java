package atoll.demo.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What every tool is asked to do, in this order. */
enum Step {
  /** Into an empty repository. */
  @JsonProperty("first_backup")
  FIRST_BACKUP("first backup"),
  /** Of the image after it has changed. */
  @JsonProperty("second_backup")
  SECOND_BACKUP("second backup"),
  /** Of the second state, to a new file. */
  @JsonProperty("restore")
  RESTORE("restore"),
  /** That all that was stored is as it was stored. */
  @JsonProperty("verify")
  VERIFY("verify");

  private final String title;

  Step(String title) {
    this.title = title;
  }

  /** What people call it. */
  String title() {
    return title;
  }
}
