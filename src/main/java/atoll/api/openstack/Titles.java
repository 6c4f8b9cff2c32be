package atoll.api.openstack;

/** What statuses are called. Source: RFC 9110, section 15, in the words of OpenStack's services. */
public final class Titles {
  private Titles() {}

  /** The name of a status of 400 or more. */
  public static String of(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 406 -> "Not Acceptable";
      case 409 -> "Conflict";
      case 413 -> "Request Entity Too Large";
      case 422 -> "Unprocessable Content";
      case 429 -> "Too Many Requests";
      case 507 -> "Insufficient Storage";
      case 503 -> "Service Unavailable";
      default -> "Internal Server Error";
    };
  }
}
