package dev.portreeve.audit.export;

/** Why nothing was exported; the message is for the one who asked. */
public final class ExportRefused extends Exception {
    private static final long serialVersionUID = 1L;

    ExportRefused(String message) {
        super(message);
    }
}
