package dev.portreeve.hub.catalog;

import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;

/**
 * A tool that can be listed and called.
 *
 * @param name the name callers see
 * @param resource server, the tool's own name there, and the hash of its complete definition
 * @param readOnlyHint what the server says; see {@link #readOnly()} for what is believed
 * @param listing the definition as the server sent it, under the name callers see
 */
public record CatalogTool(
        String name, ServerEntry owner, Resource.Tool resource, boolean readOnlyHint, RawJson listing) {
    /** Whether the tool is taken to change nothing. */
    public boolean readOnly() {
        return owner.trustAnnotations() && readOnlyHint;
    }
}
