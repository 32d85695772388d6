package dev.portreeve.gateway.dialect;

/** What a caller asks of a model. */
public enum Operation {
    CHAT("chat"),
    EMBEDDINGS("embeddings"),
    /** How many tokens a chat's input would be; costs nothing. */
    COUNT_TOKENS("count_tokens");

    private final String code;

    Operation(String code) {
        this.code = code;
    }

    /** The word in records. */
    public String code() {
        return code;
    }
}
