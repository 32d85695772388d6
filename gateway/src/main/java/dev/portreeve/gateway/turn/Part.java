package dev.portreeve.gateway.turn;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A piece of what was said. */
sealed interface Part {
    record Text(String text) implements Part {}

    /**
     * A picture or a document.
     *
     * @param mediaType of {@code data}
     * @param data in base64, or {@code null} for one that is somewhere else
     * @param url where that is
     */
    record Media(
            Kind kind,
            @Nullable String mediaType,
            @Nullable String data,
            @Nullable String url,
            @Nullable String name) implements Part {
        enum Kind {
            IMAGE,
            DOCUMENT
        }

        String dataUri() {
            return "data:" + mediaType + ";base64," + data;
        }
    }

    /** @param signature the provider's, without which it does not believe its own thoughts */
    record Thinking(String text, @Nullable String signature) implements Part {}

    /** Thoughts that only their provider can read. */
    record RedactedThinking(String data) implements Part {}

    record ToolUse(String id, String name, ObjectNode input) implements Part {}

    record ToolResult(String id, List<Part> content, boolean error) implements Part {
        public ToolResult {
            content = List.copyOf(content);
        }
    }

    record Refusal(String text) implements Part {}
}
