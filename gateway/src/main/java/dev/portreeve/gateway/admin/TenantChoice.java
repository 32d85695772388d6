package dev.portreeve.gateway.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tenant a request is about: a single one need not be named.
 *
 * @param tenants those of the configuration
 */
record TenantChoice(List<String> tenants) {
    TenantChoice {
        tenants = List.copyOf(tenants);
    }

    /** @throws AdminRefusal if there are several and none is named */
    String of(@Nullable String named) {
        if (named != null) {
            return named;
        }
        if (tenants.size() != 1) {
            throw new AdminRefusal(
                    Problem.badRequest("there are " + tenants.size() + " tenants: name one with tenant"));
        }
        return tenants.getFirst();
    }
}
