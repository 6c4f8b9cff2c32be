package atoll.model;

/** What a layer's file is good for. */
public enum LayerStatus {
  /** Being filled for the first time; worthless if that is interrupted. */
  FILLING,
  /** Prepared, empty, in no chain yet: the next top. */
  STANDBY,
  /** Part of its volume's chain. */
  LINKED,
  /** Linked; a pull is copying it into the layer above. */
  PULLING,
  /** Linked; a commit is writing it into the layer beneath, which has no point meanwhile. */
  COMMITTING,
  /** In no chain any more; the file is to be removed. */
  UNLINKED
}
