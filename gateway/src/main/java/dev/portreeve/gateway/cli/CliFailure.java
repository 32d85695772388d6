package dev.portreeve.gateway.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with a message for the person who typed it, and an exit code for the script that ran it. */
public final class CliFailure extends RuntimeException {
    /** The answer is no: verification failed, a call was refused, there is no such thing. */
    public static final int NO = 1;

    /** The command line or the configuration is wrong. */
    public static final int USAGE = 2;

    /** The server or the database cannot be reached. */
    public static final int UNREACHABLE = 3;

    /** A bug in Portreeve. */
    public static final int BUG = 70;

    private static final long serialVersionUID = 1L;
    private final int exitCode;

    public CliFailure(int exitCode, String message) {
        this(exitCode, message, null);
    }

    public CliFailure(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
