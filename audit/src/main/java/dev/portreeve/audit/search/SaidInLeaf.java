package dev.portreeve.audit.search;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads out of a record's bytes what it is found by, and no more. For one record and one thread. */
final class SaidInLeaf {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST = 300;
    /** The last in the order of a record's members that is of interest. */
    private static final String LAST = "type";

    private @Nullable String memberKind;
    private @Nullable String member;
    private @Nullable String key;
    private @Nullable String type;
    private @Nullable String resource;
    private @Nullable String session;
    private @Nullable String outcome;
    private @Nullable String reason;
    private @Nullable String partition;

    private SaidInLeaf() {}

    /** Of bytes that are no record any more, as much as can be read. */
    static SaidInLeaf of(byte[] leaf) {
        SaidInLeaf said = new SaidInLeaf();
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), leaf)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                said.read(parser);
            }
        } catch (JacksonException altered) {
            return said;
        }
        return said;
    }

    private void read(JsonParser parser) {
        String name = "";
        while (!name.equals(LAST) && parser.nextToken() == JsonToken.PROPERTY_NAME) {
            name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.VALUE_STRING) {
                take(name, parser);
            } else if (value == JsonToken.START_OBJECT && name.equals("subject")) {
                readSubject(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void take(String name, JsonParser parser) {
        switch (name) {
            case LAST -> type = text(parser);
            case "resource" -> resource = text(parser);
            case "outcome" -> outcome = text(parser);
            case "reason" -> reason = text(parser);
            case "partition" -> partition = text(parser);
            default -> {
                // What nobody looks for.
            }
        }
    }

    private void readSubject(JsonParser parser) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                switch (name) {
                    case "kind" -> memberKind = text(parser);
                    case "member" -> member = text(parser);
                    case "key" -> key = text(parser);
                    case "session" -> session = text(parser);
                    default -> {
                        // What nobody looks for.
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
    }

    // No column takes text of any length, and PostgreSQL no character 0.
    private static String text(JsonParser parser) {
        return bounded(parser.getString());
    }

    /** A value as it is stored, and so as it is looked for. */
    static String bounded(String text) {
        String whole = text.replace('\0', ' ');
        if (whole.length() <= LONGEST) {
            return whole;
        }
        // Half a character is none, in the database too.
        return whole.substring(0, Character.isHighSurrogate(whole.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST);
    }

    Entry entry(String tenant, UUID id, Instant at, String kind) {
        return new Entry(
                tenant,
                id,
                at,
                kind,
                member == null ? null : bounded(memberKind + ":" + member),
                key,
                type,
                resource,
                session,
                outcome,
                outcome == null ? null : reason);
    }

    /** The table that a tombstone says was dropped. */
    @Nullable
    String partition() {
        return partition;
    }
}
