package dev.portreeve.audit.verify;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a leaf says of itself; {@code null} where it does not say. Found without a JSON library, in one pass over the bytes:
 * changed bytes need not be JSON any more, and then what can be read is read.
 *
 * @param at its time
 * @param process the process that started, stopped or is gone, in records about that
 * @param clockBefore what a clock showed before it was set back, in records about that
 * @param erased the subject whose contents were erased, in records about that
 * @param dropped the JSON array of the indexes that a tombstone says were dropped
 */
record LeafMembers(
        @Nullable String tenant,
        @Nullable UUID id,
        @Nullable String kind,
        @Nullable UUID call,
        @Nullable Instant at,
        @Nullable String outcome,
        @Nullable String process,
        @Nullable Instant clockBefore,
        @Nullable String erased,
        @Nullable String dropped) {
    private static final int LONGEST_NAME = 12;

    static LeafMembers read(byte[] leaf) {
        return new Scan(leaf).run();
    }

    /** One pass; for one leaf. */
    private static final class Scan {
        private final byte[] leaf;
        private int next;
        private @Nullable String tenant;
        private @Nullable String id;
        private @Nullable String kind;
        private @Nullable String call;
        private @Nullable String at;
        private @Nullable String outcome;
        private @Nullable String process;
        private @Nullable String clockBefore;
        private @Nullable String erased;
        private @Nullable String dropped;

        Scan(byte[] leaf) {
            this.leaf = leaf;
        }

        LeafMembers run() {
            if (peek() == '{') {
                next++;
                while (member() && peek() == ',') {
                    next++;
                }
            }
            return new LeafMembers(
                    tenant,
                    uuid(id),
                    kind,
                    uuid(call),
                    WrittenTime.parse(at),
                    outcome,
                    process,
                    WrittenTime.parse(clockBefore),
                    erased,
                    dropped);
        }

        private int peek() {
            return next < leaf.length ? leaf[next] : -1;
        }

        /** False where it is no member. */
        private boolean member() {
            int from = next + 1;
            if (peek() != '"' || !skipString()) {
                return false;
            }
            int to = next - 1;
            if (peek() != ':') {
                return false;
            }
            next++;
            int value = next;
            if (!skipValue()) {
                return false;
            }
            if (leaf[value] == '[' && leaf[from] == 'd' && name(from, to).equals("dropped")) {
                dropped = new String(leaf, value, next - value, StandardCharsets.UTF_8);
            } else if (leaf[value] == '"' && to - from <= LONGEST_NAME) {
                keep(name(from, to), value + 1, next - 1);
            }
            return true;
        }

        private String name(int from, int to) {
            return new String(leaf, from, to - from, StandardCharsets.UTF_8);
        }

        private void keep(String name, int from, int to) {
            switch (name) {
                case "tenant" -> tenant = text(from, to);
                case "id" -> id = text(from, to);
                case "kind" -> kind = text(from, to);
                case "call" -> call = text(from, to);
                case "at" -> at = text(from, to);
                case "outcome" -> outcome = text(from, to);
                case "process" -> process = text(from, to);
                case "erased" -> erased = text(from, to);
                case "clock_before" -> clockBefore = text(from, to);
                default -> {
                    // Not looked at.
                }
            }
        }

        private String text(int from, int to) {
            String raw = new String(leaf, from, to - from, StandardCharsets.UTF_8);
            if (raw.indexOf('\\') < 0) {
                return raw;
            }
            try {
                return Json.string(Json.readObject("{\"x\":\"" + raw + "\"}"), "x");
            } catch (IllegalArgumentException e) {
                return raw;
            }
        }

        private boolean skipString() {
            for (next++; next < leaf.length; next++) {
                if (leaf[next] == '\\') {
                    next++;
                } else if (leaf[next] == '"') {
                    next++;
                    return true;
                }
            }
            return false;
        }

        private boolean skipValue() {
            int depth = 0;
            while (next < leaf.length) {
                switch (leaf[next]) {
                    case '"' -> {
                        if (!skipString()) {
                            return false;
                        }
                    }
                    case '{', '[' -> {
                        depth++;
                        next++;
                    }
                    case '}', ']' -> {
                        if (depth == 0) {
                            return true;
                        }
                        depth--;
                        next++;
                    }
                    case ',' -> {
                        if (depth == 0) {
                            return true;
                        }
                        next++;
                    }
                    default -> next++;
                }
            }
            return false;
        }

        private static @Nullable UUID uuid(@Nullable String text) {
            try {
                return text == null ? null : UUID.fromString(text);
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
    }
}
