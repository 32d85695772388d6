package dev.portreeve.audit;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Writes the canonical bytes of a record, as {@link CanonicalJson} does: the facts, and between them in their order the members every
 * record has.
 *
 * <p>These bytes are what is hashed, stored and exported, so they are made exactly once. Keeps its buffers, so it is for one thread.
 */
final class LeafWriter {
    /** Bound of the table's CHECK, and of what an auditor must be ready to read as one line. */
    static final int MAX_BYTES = 16_384;

    private static final int VERSION = 1;
    private final CanonicalJson leaf = new CanonicalJson();
    private final CanonicalJson measured = new CanonicalJson();

    /**
     * Facts as they stand in a record.
     *
     * @param text members without the commas before and after those that every record has; what is behind the last end means nothing
     * @param ends where each of the parts between those ends, in their order
     */
    record Body(byte[] text, int[] ends) {}

    /** The record's bytes, at most {@link #MAX_BYTES}; facts that do not fit are cut with a {@code truncated} member. */
    byte[] write(AuditEvent event, UUID id, Instant at) {
        Body rendered = event.facts().rendered();
        write(event, rendered == null ? body(event.facts().members()) : rendered, id, at);
        if (leaf.size() > MAX_BYTES) {
            OversizedFacts oversized = new OversizedFacts(event.facts().members(), this);
            do {
                oversized.shrink(leaf.size() - MAX_BYTES);
                write(event, body(oversized.members()), id, at);
            } while (leaf.size() > MAX_BYTES);
        }
        return leaf.bytes();
    }

    /** How many bytes a value takes. */
    int measure(Object value) {
        measured.clear();
        measured.value(value);
        return measured.size();
    }

    /** The part of a record that its facts are. On any thread. */
    static Body body(Map<String, Object> facts) {
        CanonicalJson text = new CanonicalJson();
        int[] ends = new int[Header.ALL.size() + 1];
        int part = 0;
        int from = 0;
        for (Map.Entry<String, Object> fact : facts.entrySet()) {
            while (part < Header.ALL.size() && Header.ALL.get(part).name.compareTo(fact.getKey()) < 0) {
                from = text.size();
                ends[part++] = from;
            }
            if (text.size() > from) {
                text.put(',');
            }
            text.name(fact.getKey());
            text.value(fact.getValue());
        }
        while (part < ends.length) {
            ends[part++] = text.size();
        }
        return new Body(text.handOver(), ends);
    }

    private void write(AuditEvent event, Body body, UUID id, Instant at) {
        leaf.clear();
        leaf.put('{');
        int from = 0;
        for (int part = 0; part < body.ends.length; part++) {
            int to = body.ends[part];
            if (to > from) {
                comma();
                leaf.copy(body.text, from, to);
                from = to;
            }
            if (part < Header.ALL.size()) {
                common(Header.ALL.get(part), event, id, at);
            }
        }
        leaf.put('}');
    }

    private void comma() {
        if (leaf.size() > 1) {
            leaf.put(',');
        }
    }

    /** The members every record has, in UTF-16 order. */
    enum Header {
        AT("at"),
        CALL("call"),
        ID("id"),
        KIND("kind"),
        TENANT("tenant"),
        V("v");

        private static final List<Header> ALL = List.of(values());
        private final String name;

        Header(String name) {
            this.name = name;
        }

        static boolean has(String name) {
            return switch (name) {
                case "at", "call", "id", "kind", "tenant", "v" -> true;
                default -> false;
            };
        }
    }

    private void common(Header member, AuditEvent event, UUID id, Instant at) {
        UUID call = event.callId();
        if (member == Header.CALL && call == null) {
            return;
        }
        comma();
        leaf.name(member.name);
        switch (member) {
            case AT -> leaf.time(at);
            case CALL -> leaf.string(String.valueOf(call));
            case ID -> leaf.string(id.toString());
            case KIND -> leaf.string(event.kind().code());
            case TENANT -> leaf.string(event.tenant());
            case V -> leaf.number(VERSION);
        }
    }
}
