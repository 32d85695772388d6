package dev.portreeve.gateway.dialect;

import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/** Says what is wrong with JSON that cannot be read: the position, never a piece of it (INV-7). */
final class Malformed {
    private static final String DUPLICATE = "Duplicate Object property";

    private Malformed() {}

    static BadRequest request(JacksonException malformed) {
        String where = position(malformed.getLocation());
        String message = malformed.getOriginalMessage();
        if (malformed instanceof StreamConstraintsException) {
            return new BadRequest(400, "json_too_complex", null, "the json is nested too deep or too large" + where);
        }
        if (message != null && message.startsWith(DUPLICATE)) {
            return new BadRequest(400, "duplicate_key", null, "a name comes twice in one json object" + where);
        }
        return new BadRequest(400, "invalid_json", null, "the body is not valid json" + where);
    }

    private static String position(TokenStreamLocation location) {
        return location == null ? "" : ", at line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
