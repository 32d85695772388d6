package dev.portreeve.hub.catalog;

import dev.portreeve.hub.definition.Definition;
import dev.portreeve.hub.definition.DefinitionScan;
import dev.portreeve.hub.wire.MirroredArguments;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Resource;

/**
 * A tool that can be listed and called.
 *
 * @param name the name callers see
 * @param resource server, the tool's own name there, and the hash of its complete definition
 * @param readOnlyHint what the server says; see {@link #readOnly()} for what is believed
 * @param withheld whether its server has changed it and nobody has accepted that: it stays listed as it was, and is not
 *     called
 * @param tasks what its server says of calling it as a task (2025-11-25)
 * @param listing the definition as callers see it: under that name, with the operator's words, without what hides in texts;
 *     everything else as the server sent it
 * @param mirrored the arguments that its schema wants repeated in headers; read once, not with every call
 */
public record CatalogTool(
        String name,
        ServerEntry owner,
        Resource.Tool resource,
        boolean readOnlyHint,
        boolean withheld,
        TaskSupport tasks,
        RawJson listing,
        MirroredArguments mirrored) {
    /**
     * A tool under its own name.
     *
     * @throws dev.portreeve.hub.wire.BadMessage if its schema asks for headers that cannot be; such a definition is never
     *     stored
     */
    static CatalogTool of(ServerEntry owner, Definition definition, boolean withheld) {
        RawJson annotations = definition.body().member("annotations");
        RawJson readOnly = annotations == null ? null : annotations.member("readOnlyHint");
        return new CatalogTool(
                definition.name(),
                owner,
                new Resource.Tool(owner.slug(), definition.name(), definition.hash()),
                readOnly != null && readOnly.isTrue(),
                withheld,
                TaskSupport.of(definition.body()),
                DefinitionScan.of(definition.body()).clean(),
                MirroredArguments.of(definition.body().member("inputSchema")));
    }

    /** Whether the tool is taken to change nothing. */
    public boolean readOnly() {
        return owner.trustAnnotations() && readOnlyHint;
    }

    /** The same tool as one view shows it. */
    CatalogTool shown(View.Shown as) {
        Wording words = as.wording().over(owner.wording().getOrDefault(name, Wording.OF_THE_SERVER));
        return new CatalogTool(
                as.name(), owner, resource, readOnlyHint, withheld, tasks, words.rewrite(listing, as.name()), mirrored);
    }

    /** The same tool with the page of its MCP App where callers of a view find it. */
    CatalogTool linked(View view) {
        return new CatalogTool(
                name,
                owner,
                resource,
                readOnlyHint,
                withheld,
                tasks,
                ResourceUri.rewrite(listing, ServerPins.APP_LINKS, view, owner.slug()),
                mirrored);
    }
}
