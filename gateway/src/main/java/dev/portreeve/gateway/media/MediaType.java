package dev.portreeve.gateway.media;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** The kinds of pictures and documents that models read, and how their first bytes look. */
public enum MediaType {
    PNG("image/png"),
    JPEG("image/jpeg"),
    GIF("image/gif"),
    WEBP("image/webp"),
    PDF("application/pdf");

    /** So many bytes decide. */
    public static final int HEAD_BYTES = 12;

    private static final int WEBP_AT = 8;

    private final String text;

    MediaType(String text) {
        this.text = text;
    }

    /** As it stands in headers and requests. */
    public String text() {
        return text;
    }

    public boolean isImage() {
        return this != PDF;
    }

    /** The kind that a header or a request names; parameters behind it say nothing here. */
    public static Optional<MediaType> named(String contentType) {
        int semicolon = contentType.indexOf(';');
        String bare = (semicolon < 0 ? contentType : contentType.substring(0, semicolon))
                .strip()
                .toLowerCase(Locale.ROOT);
        if (bare.equals("image/jpg")) {
            return Optional.of(JPEG);
        }
        for (MediaType type : values()) {
            if (type.text.equals(bare)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The kind that the first bytes are of. */
    public static Optional<MediaType> of(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(HEAD_BYTES, bytes.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
            return Optional.of(PNG);
        }
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return Optional.of(JPEG);
        }
        if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
            return Optional.of(GIF);
        }
        if (head.startsWith("RIFF") && head.startsWith("WEBP", WEBP_AT)) {
            return Optional.of(WEBP);
        }
        return head.startsWith("%PDF-") ? Optional.of(PDF) : Optional.empty();
    }
}
