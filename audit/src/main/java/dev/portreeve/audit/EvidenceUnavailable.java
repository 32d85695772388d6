package dev.portreeve.audit;

/**
 * Evidence could not be stored, so nothing may happen or be released (INV-2). The edges answer 503. Unchecked because no
 * step of the recipe can do anything about it.
 */
public final class EvidenceUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EvidenceUnavailable(String message) {
        super(message);
    }

    public EvidenceUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
