package dev.portreeve.gateway.report;

import dev.portreeve.audit.verify.WrittenTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A record as reports read it.
 *
 * @param tenant whose log it stands in
 * @param index its place there
 * @param kind its kind's code, also of kinds this version does not know
 * @param body all its members
 */
record Entry(String tenant, long index, Instant at, String kind, JsonNode body) {
    /** The record in these bytes; {@code null} if they are none, which the verification finds too. */
    static @Nullable Entry read(String tenant, long index, byte[] leaf) {
        try {
            JsonNode body = JsonMapper.shared().readTree(leaf);
            Instant at = WrittenTime.parse(body.path("at").asString(""));
            return at == null
                    ? null
                    : new Entry(tenant, index, at, body.path("kind").asString(""), body);
        } catch (JacksonException altered) {
            return null;
        }
    }

    /** A member; nothing if it has none of that name. */
    String text(String name) {
        return body.path(name).asString("");
    }

    /** Whether it has a member; {@code subject.member} is a member of a member. */
    boolean has(String path) {
        JsonNode found = body;
        for (String name : path.split("\\.", -1)) {
            found = found.path(name);
        }
        return !found.isMissingNode() && !found.isNull();
    }
}
