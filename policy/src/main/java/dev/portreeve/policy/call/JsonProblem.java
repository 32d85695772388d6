package dev.portreeve.policy.call;

/**
 * Why a JSON text was refused. Names no content, so it may be logged and sent to the caller.
 *
 * @param offset the byte where it was noticed, counted from 0
 */
public record JsonProblem(Kind kind, long offset) {
    /** What is wrong. All of these are refused because two readers could understand the text differently. */
    public enum Kind {
        SYNTAX("not valid JSON"),
        NOT_UTF8("not valid UTF-8"),
        LONE_SURROGATE("a string with half a surrogate pair"),
        DUPLICATE_KEY("an object with the same key twice"),
        TOO_DEEP("nested too deeply"),
        TOO_LARGE("larger than allowed"),
        NOT_AN_OBJECT("not a JSON object");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** What and where, in plain words. */
    public String message() {
        return kind.words + " (at byte " + offset + ")";
    }
}
