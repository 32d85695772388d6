package dev.portreeve.gateway.turn;

/**
 * Something that could not be translated as it was. Holds names only, never contents.
 *
 * @param field the member of the caller's body
 * @param what what was done with it, and why
 */
public record Note(String field, String what) {
    @Override
    public String toString() {
        return field + ": " + what;
    }
}
