package atoll.api.identity;

import atoll.api.openstack.Call;
import atoll.api.openstack.Flags;
import atoll.http.HttpException;
import atoll.identity.Domain;
import org.jspecify.annotations.Nullable;

/** What the query of a list says of the things that are wanted. */
record ListFilter(@Nullable String name, @Nullable Boolean enabled, boolean inDomain) {
  static ListFilter of(Call call) {
    return new ListFilter(
        call.query("name"),
        enabled(call.query("enabled")),
        isDefault(call.query("domain_id")) && isDefault(call.query("parent_id")));
  }

  /** Whether a thing with these is wanted. */
  boolean admits(String name, boolean enabled) {
    return inDomain
        && (this.name == null || this.name.equals(name))
        && (this.enabled == null || this.enabled == enabled);
  }

  /** Whether a flag in a query is set: it is by being there, unless it says no. */
  static boolean isSet(Call call, String flag) {
    String value = call.query(flag);
    return value != null && (value.isEmpty() || !Boolean.FALSE.equals(Flags.parse(value)));
  }

  private static @Nullable Boolean enabled(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Boolean enabled = Flags.parse(text);
    if (enabled == null) {
      throw new HttpException(400, "Invalid value for the filter 'enabled'.");
    }
    return enabled;
  }

  private static boolean isDefault(@Nullable String domain) {
    return domain == null || domain.isEmpty() || domain.equals(Domain.DEFAULT.id());
  }
}
