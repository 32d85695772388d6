package dev.portreeve.audit.verify;

/** The log cannot be read to its end, so nothing can be said about it. Caught by {@link AuditVerifier}. */
final class UnreadableLog extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreadableLog(String message, Throwable cause) {
        super(message, cause);
    }
}
