package dev.portreeve.hub.credential;

/** A credential cannot be had. The message says why, without secrets or what a server wrote. */
public final class CredentialUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    public CredentialUnavailable(String message) {
        super(message);
    }

    public CredentialUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
