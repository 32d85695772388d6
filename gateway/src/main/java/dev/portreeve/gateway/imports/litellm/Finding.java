package dev.portreeve.gateway.imports.litellm;

/**
 * What became of one thing in the file.
 *
 * @param line counted from 1; 0 where no line is to blame
 * @param path in the file; never a value
 */
public record Finding(int line, String path, Kind kind, String what) {
    /** How much of it there is in the new file. */
    public enum Kind {
        /** The same, in our words. */
        CONVERTED,
        /** Something that serves the same end, but works in another way or needs something from the reader. */
        CHANGED,
        /** Nothing. */
        NOT_SUPPORTED
    }
}
