package dev.portreeve.policy.access;

/** What rules say about a call in one word; {@link #word()} is what people read and write. */
public enum Outcome {
    ALLOW("allow"),
    /** A person is asked. */
    ASK("require-approval"),
    DENY("deny"),
    /** It hangs on something that is not known. */
    NOT_EVALUABLE("not-evaluable");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** What stands as {@code decision} in a record, or {@code NOT_EVALUABLE} for any other text. */
    public static Outcome ofRecord(String decision) {
        return switch (decision) {
            case "permit" -> ALLOW;
            case "ask" -> ASK;
            case "deny" -> DENY;
            default -> NOT_EVALUABLE;
        };
    }
}
