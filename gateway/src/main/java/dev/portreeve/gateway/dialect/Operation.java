package dev.portreeve.gateway.dialect;

/** What a caller asks of a model. */
public enum Operation {
    CHAT("chat", "/chat/completions"),
    EMBEDDINGS("embeddings", "/embeddings");

    private final String code;
    private final String path;

    Operation(String code, String path) {
        this.code = code;
        this.path = path;
    }

    /** The word in records. */
    public String code() {
        return code;
    }

    /** The path below a provider's base URL. */
    public String path() {
        return path;
    }
}
