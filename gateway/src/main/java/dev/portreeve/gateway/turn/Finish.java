package dev.portreeve.gateway.turn;

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
