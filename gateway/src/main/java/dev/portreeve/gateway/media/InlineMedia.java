package dev.portreeve.gateway.media;

/**
 * A picture or document as a request holds it.
 *
 * @param base64 its bytes
 */
public record InlineMedia(MediaType type, String base64) {
    /** Without the contents (INV-7). */
    @Override
    public String toString() {
        return type + " of " + base64.length() + " characters";
    }
}
