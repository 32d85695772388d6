package dev.portreeve.gateway.dialect;

import java.nio.charset.StandardCharsets;

/**
 * Where an operation is, below a provider's base URL.
 *
 * @param whole for an answer in one piece; <code>{model}</code> in it is the model's name
 * @param streamed for a stream of events
 */
public record PathTemplate(String whole, String streamed) {
    private static final String MODEL = "{model}";
    private static final String UNRESERVED = "-._~";

    /** A path that is the same for streams. */
    public static PathTemplate of(String path) {
        return new PathTemplate(path, path);
    }

    /** Whether it is the same for each model and for streams. */
    public boolean isFixed() {
        return whole.equals(streamed) && !whole.contains(MODEL);
    }

    /** The path, and the query where it has one. */
    public String fill(String model, boolean stream) {
        return (stream ? streamed : whole).replace(MODEL, encoded(model));
    }

    /** All but what no reader takes for anything else, so that a name is one step of the path whatever is in it. */
    static String encoded(String name) {
        StringBuilder encoded = new StringBuilder(name.length());
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return encoded.toString();
    }
}
