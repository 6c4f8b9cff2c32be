package atoll.demo.bench;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What came of a step; the worse the later. */
enum Outcome {
  /** It was done. */
  @JsonProperty("done")
  DONE("ok"),
  /** What was restored is not what was backed up. */
  @JsonProperty("wrong")
  WRONG("WRONG"),
  /** The tool said that it failed; what it took is not known. */
  @JsonProperty("failed")
  FAILED("FAILED");

  private final String word;

  Outcome(String word) {
    this.word = word;
  }

  /** How a table has it. */
  String word() {
    return word;
  }
}
