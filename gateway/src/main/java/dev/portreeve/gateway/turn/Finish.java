package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Why an answer ended, and each dialect's word for it. */
enum Finish {
    END("stop", "end_turn"),
    STOP_SEQUENCE("stop", "stop_sequence"),
    LENGTH("length", "max_tokens"),
    CONTEXT_FULL("length", "model_context_window_exceeded"),
    TOOL_CALLS("tool_calls", "tool_use"),
    FILTERED("content_filter", "refusal"),
    PAUSED("stop", "pause_turn");

    private final String openAi;
    private final String anthropic;

    Finish(String openAi, String anthropic) {
        this.openAi = openAi;
        this.anthropic = anthropic;
    }

    String openAi() {
        return openAi;
    }

    String anthropic() {
        return anthropic;
    }

    String gemini() {
        return switch (this) {
            case LENGTH, CONTEXT_FULL -> "MAX_TOKENS";
            case FILTERED -> "SAFETY";
            case END, STOP_SEQUENCE, TOOL_CALLS, PAUSED -> "STOP";
        };
    }

    /** Why a response is incomplete, in the Responses dialect, or {@code null} for one that is not. */
    @Nullable
    String incomplete() {
        return switch (this) {
            case LENGTH, CONTEXT_FULL -> "max_output_tokens";
            case FILTERED -> "content_filter";
            case END, STOP_SEQUENCE, TOOL_CALLS, PAUSED -> null;
        };
    }

    /** Of a response object; what it calls and refuses is known from its items only. */
    static Finish ofResponse(JsonNode response, boolean calls, boolean refused) {
        if (Json.string(response, "status", "").equals("incomplete")) {
            String reason = Json.string(response.path("incomplete_details"), "reason", "");
            return reason.equals("content_filter") ? FILTERED : LENGTH;
        }
        return calls ? TOOL_CALLS : refused ? FILTERED : END;
    }

    /** An unknown word is an end like any other. */
    static Finish ofOpenAi(String word) {
        return switch (word) {
            case "length" -> LENGTH;
            case "tool_calls", "function_call" -> TOOL_CALLS;
            case "content_filter" -> FILTERED;
            default -> END;
        };
    }

    static Finish ofAnthropic(String word) {
        for (Finish finish : values()) {
            if (finish.anthropic.equals(word)) {
                return finish;
            }
        }
        return END;
    }
}
