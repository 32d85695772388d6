package dev.portreeve.gateway.dialect;

/** A provider's answer is not what its dialect says. The provider's adapter turns it into an upstream fault. */
public final class UnreadableAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnreadableAnswer(String message) {
        super(message, null, false, false);
    }

    /** What is wrong, without contents. */
    public String detail() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
