package dev.portreeve.audit.export;

import dev.portreeve.audit.LeafValues;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record read for another form. Maps, lists, strings, longs and booleans; a record that is no JSON object any more has no members,
 * and stands in its line as text. Immutable as far as it is used so.
 *
 * @param index its place in its tenant's log
 * @param json the record's own line
 */
record RecordView(long index, String json, Map<String, Object> members) {
    static RecordView of(byte[] leaf, long index) {
        return new RecordView(
                index,
                new String(leaf, StandardCharsets.UTF_8),
                LeafValues.ofWhole(leaf).members());
    }

    /** A member as text; {@code null} where there is none. A path goes through objects: {@code subject.member}. */
    @Nullable
    String text(String path) {
        Object value = at(path);
        return value == null || value instanceof Map<?, ?> || value instanceof List<?> ? null : value.toString();
    }

    /** A member as text, or another. */
    String text(String path, String otherwise) {
        String text = text(path);
        return text == null ? otherwise : text;
    }

    /** A whole number; {@code null} where there is none. */
    @Nullable
    Long number(String path) {
        return at(path) instanceof Long number ? number : null;
    }

    /** A list; empty where there is none. */
    List<?> list(String path) {
        return at(path) instanceof List<?> values ? values : List.of();
    }

    private @Nullable Object at(String path) {
        Object value = members;
        for (String name : path.split("\\.", -1)) {
            value = value instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return value;
    }

    /** Milliseconds since 1970; 0 where the record has no time. */
    long millis() {
        try {
            return Instant.parse(text("at", "")).toEpochMilli();
        } catch (DateTimeException none) {
            return 0;
        }
    }

    /** Who did it: the caller, or who changed something. */
    @Nullable
    String who() {
        for (String path : new String[] {"subject.member", "member", "actor", "by", "approver"}) {
            String name = text(path);
            if (name != null) {
                return name;
            }
        }
        return null;
    }

    /** The key it was done with. */
    @Nullable
    String key() {
        String key = text("subject.key");
        return key == null ? text("key") : key;
    }

    String kind() {
        return text("kind", "unreadable");
    }

    /** Whether it is about a call that a model or a tool answers. */
    boolean ofCall() {
        return kind().startsWith("call.");
    }

    /** Whether what it speaks of went well: {@code null} if it does not say. */
    @Nullable
    Boolean succeeded() {
        return switch (kind()) {
            case "call.closed" -> text("outcome", "").equals("completed");
            case "call.refused", "authentication.rejected", "definition.rejected", "definition.quarantined" -> false;
            case "call.opened", "approval.requested", "approval.escalated" -> null;
            case "approval.decided" -> null;
            case "audit.verified" -> text("verdict", "").equals("intact");
            default -> true;
        };
    }

    /** What it says, in a few words. */
    String sentence() {
        StringBuilder sentence = new StringBuilder(kind());
        for (String path : new String[] {"operation", "resource", "outcome", "reason", "action"}) {
            String part = text(path);
            if (part != null) {
                sentence.append(' ').append(part);
            }
        }
        return sentence.toString();
    }
}
