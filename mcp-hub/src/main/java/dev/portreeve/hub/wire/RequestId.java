package dev.portreeve.hub.wire;

import java.util.OptionalLong;

/**
 * The id of a JSON-RPC request, as its JSON text: a string with its quotes, or a number as it was written.
 *
 * @param json the text to send back unchanged
 */
public record RequestId(String json) {
    private static final int MAX_CHARS = 256;
    private static final int MAX_DIGITS = 18;

    public static RequestId of(long number) {
        return new RequestId(Long.toString(number));
    }

    /** The number, if it is one as the gateway gives them: up to 18 digits, without sign or fraction. */
    public OptionalLong number() {
        int length = json.length();
        boolean digits = length > 0 && length <= MAX_DIGITS;
        for (int i = 0; digits && i < length; i++) {
            digits = json.charAt(i) >= '0' && json.charAt(i) <= '9';
        }
        return digits ? OptionalLong.of(Long.parseLong(json)) : OptionalLong.empty();
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
