package dev.portreeve.gateway.dialect;

/** What a caller asks of a model. */
public enum Operation {
    CHAT("chat"),
    EMBEDDINGS("embeddings"),
    /** Those of several texts, where a dialect has a path of its own for that. */
    BATCH_EMBEDDINGS("embeddings"),
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

    /** Whether it asks for embeddings. */
    public boolean embeds() {
        return this == EMBEDDINGS || this == BATCH_EMBEDDINGS;
    }

    /** The word in records. */
    public String code() {
        return code;
    }
}
