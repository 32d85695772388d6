package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.ResourceUri;
import dev.portreeve.hub.catalog.View;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;

/**
 * Rewrites the links to resources in what servers send, so that callers of several servers can follow them; every other
 * byte stays as it was.
 */
final class Links {
    private static final JsonPaths TOOL_RESULT = JsonPaths.of(
            "/content/*/uri", "/content/*/resource/uri", "/_meta/ui/resourceUri", "/_meta/ui~1resourceUri");
    private static final JsonPaths PROMPT = JsonPaths.of("/messages/*/content/uri", "/messages/*/content/resource/uri");
    private static final JsonPaths CONTENTS = JsonPaths.of("/contents/*/uri");

    private Links() {}

    static RawJson inToolResult(RawJson result, View view, String slug) {
        return rewritten(result, TOOL_RESULT, view, slug);
    }

    static RawJson inPrompt(RawJson result, View view, String slug) {
        return rewritten(result, PROMPT, view, slug);
    }

    static RawJson inContents(RawJson result, View view, String slug) {
        return rewritten(result, CONTENTS, view, slug);
    }

    private static RawJson rewritten(RawJson json, JsonPaths paths, View view, String slug) {
        return ResourceUri.rewrite(json, paths, view, slug);
    }
}
