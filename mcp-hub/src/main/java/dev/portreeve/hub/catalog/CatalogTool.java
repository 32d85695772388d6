package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;

/**
 * A tool that can be listed and called.
 *
 * @param name the name callers see
 * @param resource server, the tool's own name there, and the hash of its complete definition
 * @param readOnlyHint what the server says; see {@link #readOnly()} for what is believed
 * @param listing the definition as callers see it: under that name, everything else as the server sent it
 */
public record CatalogTool(
        String name, ServerEntry owner, Resource.Tool resource, boolean readOnlyHint, RawJson listing) {
    /** Whether the tool is taken to change nothing. */
    public boolean readOnly() {
        return owner.trustAnnotations() && readOnlyHint;
    }

    /** The same tool as one view shows it. */
    CatalogTool shown(View.Shown as) {
        return new CatalogTool(
                as.name(), owner, resource, readOnlyHint, as.wording().rewrite(listing, as.name()));
    }
}
