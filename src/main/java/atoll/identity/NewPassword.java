package atoll.identity;

/** A password that was made up: whoever gets this is the only one to have it. */
public record NewPassword(String userName, String password) {
  @Override
  public String toString() {
    return "NewPassword of " + userName; // never itself: this may end in a log
  }
}
