package dev.portreeve.policy.key;

/** The store of the keys does not answer now, so nothing is known of any; asking again shortly may help. */
public final class KeysUnreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeysUnreadable(String message) {
        super(message);
    }

    KeysUnreadable(Throwable cause) {
        super("the keys cannot be read", cause);
    }
}
