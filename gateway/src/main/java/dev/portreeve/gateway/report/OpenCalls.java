package dev.portreeve.gateway.report;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Calls between their opening and their closing record: what the first says and the second does not repeat. For one thread. */
final class OpenCalls {
    private static final int MOST = 50_000;
    private final Map<String, Begun> open = new HashMap<>();
    private long lost;

    /**
     * How a call began.
     *
     * @param who kind, member and team
     * @param what type, and of a model its name, provider and the provider's name of it, of a tool its server, name and definition
     */
    record Begun(Instant at, List<String> who, List<String> what) {
        static Begun of(Entry entry) {
            return new Begun(entry.at(), who(entry), what(entry));
        }

        private static List<String> who(Entry entry) {
            JsonNode subject = entry.body().path("subject");
            return subject.isObject()
                    ? List.of(
                            subject.path("kind").asString(""),
                            subject.path("member").asString(""),
                            subject.path("team").asString(""))
                    : List.of("", entry.text("member"), "");
        }

        private static List<String> what(Entry entry) {
            String type = entry.text("type");
            return type.equals("llm")
                    ? List.of(type, entry.text("resource"), entry.text("provider"), entry.text("upstream_model"))
                    : List.of(type, entry.text("server"), entry.text("resource"), entry.text("definition_hash"));
        }

        /** Whether what it called has a name: a request that could not be read has none. */
        boolean isNamed() {
            return !what.get(isModel() ? 1 : 2).isEmpty();
        }

        boolean isModel() {
            return what.getFirst().equals("llm");
        }
    }

    void opened(Entry entry) {
        String call = entry.text("call");
        if (open.size() < MOST) {
            open.put(call, Begun.of(entry));
        } else {
            lost++;
        }
    }

    /** How it began; {@code null} if that is not in the log, or was too much to remember. */
    @Nullable
    Begun closed(Entry entry) {
        return open.remove(entry.text("call"));
    }

    /** How many that began in the period have no end in the log, as far as could be remembered. */
    long unfinished(ReportPeriod period) {
        return open.values().stream()
                .filter(begun -> period.contains(begun.at()))
                .count();
    }

    /** How many there were too many to remember: their ends cannot be told from those of others. */
    long lost() {
        return lost;
    }
}
