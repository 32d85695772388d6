package dev.portreeve.hub.seal;

/** What a sealed token is for. One made for one purpose opens for no other. */
public enum Purpose {
    /** The state of a round that asked its caller something (2026-07-28, multi-round-trip requests). */
    REQUEST_STATE('r', 64 * 1024),
    /** A place in a list (pagination). */
    CURSOR('c', 1024),
    /** A task of the tasks extension; travels in a header, so it is short. */
    TASK('t', 2048),
    /** A task of the gateway's own; travels in a header too. */
    OWN_TASK('o', 64),
    /** What became of such a task, at rest, for whoever began it: a tool's result, and a little more. */
    TASK_OUTCOME('e', 9 * 1024 * 1024),
    /** What a provider presents that calls tools in the course of a model call, on behalf of who made that call. */
    HOSTED_CALL('h', 256),
    /** The address of a page that shows how an approval stands. */
    WAITING_PAGE('w', 512),
    /** A token for a downstream server, at rest; no caller ever has it. */
    UPSTREAM_TOKEN('u', 128 * 1024),
    /** A model's answer, at rest; no caller ever has it sealed. */
    ANSWER('a', 33 * 1024 * 1024),
    /** What a model read and said, at rest, for whoever made the call. */
    KEPT_RESPONSE('p', 32 * 1024 * 1024),
    /** What one item of a batch said, at rest, for whoever made the batch. */
    BATCH_RESULT('b', 32 * 1024 * 1024),
    /** A piece of a file that a caller uploaded or a batch made, at rest, or its name. */
    STORED_FILE('f', 256 * 1024),
    /** The key of the contents of one subject that are kept beside records, at rest. */
    CONTENT_KEY('k', 64);

    private final char code;
    private final int maxContentBytes;

    Purpose(char code, int maxContentBytes) {
        this.code = code;
        this.maxContentBytes = maxContentBytes;
    }

    char code() {
        return code;
    }

    /** The longest content that is sealed for this purpose. */
    public int maxContentBytes() {
        return maxContentBytes;
    }
}
