package dev.portreeve.gateway.dialect;

/** What a caller asks of a model. */
public enum Operation {
    CHAT("chat"),
    EMBEDDINGS("embeddings"),
    /** A text to go on with, as models were asked before they chatted; editors still complete code this way. */
    COMPLETIONS("completions"),
    /** How many tokens a chat's input would be; costs nothing. */
    COUNT_TOKENS("count_tokens");

    private final String code;

    Operation(String code) {
        this.code = code;
    }

    /** Whether its answer may be an event stream. */
    public boolean streams() {
        return this == CHAT || this == COMPLETIONS;
    }

    /** The word in records. */
    public String code() {
        return code;
    }
}
