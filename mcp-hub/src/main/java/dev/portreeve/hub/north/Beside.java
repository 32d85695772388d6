package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import dev.portreeve.policy.call.MalformedJson;
import dev.portreeve.policy.call.TextRun;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sends a server beside the arguments: members of {@code _meta}, and answers to what the server asked.
 * Guardrails read it as they read arguments.
 *
 * @param json an object of both
 */
record Beside(RawJson json) {
    private static final int OK = 200;
    private static final JsonPaths ALL_STRINGS = JsonPaths.of("/**");
    private static final String CHANNEL = "beside";
    private static final String META = "_meta";
    private static final String RESPONSES = "inputResponses";

    static Beside of(Map<String, RawJson> meta, @Nullable RawJson responses) {
        Map<String, RawJson> members = new LinkedHashMap<>();
        if (!meta.isEmpty()) {
            members.put(META, RawJson.object(meta));
        }
        if (responses != null) {
            members.put(RESPONSES, responses);
        }
        return new Beside(RawJson.object(members));
    }

    /** @throws BadMessage if it is no JSON that all readers agree on */
    List<TextRun> texts() {
        try {
            return JsonTexts.find(json.toBytes(), ALL_STRINGS).texts().stream()
                    .map(text -> new TextRun(CHANNEL + text.pointer(), text.value()))
                    .toList();
        } catch (MalformedJson unreadable) {
            throw new BadMessage(
                    OK,
                    new McpError(
                            McpError.INVALID_PARAMS,
                            "what stands beside the arguments is "
                                    + unreadable.problem().message()));
        }
    }

    /** The same with its texts as guardrails left them. */
    Beside with(List<TextRun> runs) {
        return new Beside(RawJson.of(JsonTexts.find(json.toBytes(), ALL_STRINGS)
                .with(runs.stream().map(TextRun::text).toList())));
    }

    Map<String, RawJson> meta() {
        RawJson meta = json.member(META);
        return meta == null ? Map.of() : meta.members();
    }

    @Nullable
    RawJson responses() {
        return json.member(RESPONSES);
    }
}
