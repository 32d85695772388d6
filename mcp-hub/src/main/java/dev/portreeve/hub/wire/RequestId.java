package dev.portreeve.hub.wire;

/**
 * The id of a JSON-RPC request, as its JSON text: a string with its quotes, or a number as it was written.
 *
 * @param json the text to send back unchanged
 */
public record RequestId(String json) {
    private static final int MAX_CHARS = 256;

    public static RequestId of(long number) {
        return new RequestId(Long.toString(number));
    }

    static RequestId read(RawJson raw) {
        String json = raw.toString();
        boolean number = !json.isEmpty() && (json.charAt(0) == '-' || Character.isDigit(json.charAt(0)));
        if (!raw.isString() && !number) {
            throw BadMessage.invalid("the id must be a string or a number");
        }
        if (json.length() > MAX_CHARS) {
            throw BadMessage.invalid("the id is longer than " + MAX_CHARS + " characters");
        }
        return new RequestId(json);
    }
}
