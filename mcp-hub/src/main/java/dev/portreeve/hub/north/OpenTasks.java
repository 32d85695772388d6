package dev.portreeve.hub.north;

import dev.portreeve.hub.south.TaskState;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that callers began here and can still ask about, as they were last seen: to bound them, and for lists, which
 * ask no server. In this replica's memory only. Thread-safe.
 */
final class OpenTasks {
    private final TaskLimits limits;
    private final InstantSource clock;
    /** By the id that callers know, oldest first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private static final class Entry {
        private final Subject owner;
        private final String party;
        private final String slug;
        private final Instant expires;
        private RawJson shown;
        private boolean over;

        private Entry(Subject owner, String party, String slug, Instant expires, RawJson shown) {
            this.owner = owner;
            this.party = party;
            this.slug = slug;
            this.expires = expires;
            this.shown = shown;
        }
    }

    OpenTasks(TaskLimits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
    }

    TaskLimits limits() {
        return limits;
    }

    /** How long a task of a server can be asked about. */
    Duration ttl(TaskState state) {
        return state.ttl().filter(said -> said.compareTo(limits.ttl()) < 0).orElse(limits.ttl());
    }

    /** Whether a principal may begin one more. */
    synchronized boolean hasRoom(Subject owner) {
        forgetExpired();
        long own = entries.values().stream()
                .filter(one -> !one.over && one.owner.equals(owner))
                .count();
        return own < limits.perPrincipal() && entries.size() < limits.all();
    }

    /** @param party for whom its server keeps it */
    synchronized void add(Subject owner, String party, String slug, String token, TaskState state) {
        Entry entry = new Entry(owner, party, slug, clock.instant().plus(ttl(state)), RawJson.EMPTY_OBJECT);
        entries.put(token, entry);
        see(entry, token, state);
        if (entries.size() > limits.all()) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    /** Whether a task was seen at its end. */
    synchronized boolean isOver(String token) {
        Entry entry = entries.get(token);
        return entry != null && entry.over;
    }

    /** A task was looked at. */
    synchronized void seen(String token, TaskState state) {
        Entry entry = entries.get(token);
        if (entry != null) {
            see(entry, token, state);
        }
    }

    // Of the server's words only those that can be nothing else: guardrails do not read lists.
    private void see(Entry entry, String token, TaskState state) {
        Map<String, RawJson> shown = new LinkedHashMap<>();
        shown.put("taskId", RawJson.string(token));
        shown.put(
                "status",
                RawJson.string(
                        switch (state.status()) {
                            case "input_required", "completed", "failed", "cancelled" -> state.status();
                            default -> "working";
                        }));
        shown.put("createdAt", time(state.members().get("createdAt")));
        shown.put("lastUpdatedAt", time(state.members().get("lastUpdatedAt")));
        shown.put("ttl", RawJson.of(Long.toString(ttl(state).toMillis())));
        entry.shown = RawJson.object(shown);
        entry.over = state.isOver();
    }

    private RawJson time(@Nullable RawJson said) {
        try {
            return RawJson.string(
                    Instant.parse(said == null ? "" : said.asString().orElse(""))
                            .toString());
        } catch (DateTimeParseException noTime) {
            return RawJson.string(clock.instant().toString());
        }
    }

    /** What a party of a principal can ask about in a view. */
    synchronized List<RawJson> list(Counterpart caller) {
        forgetExpired();
        String party = caller.party().key();
        return entries.values().stream()
                .filter(one -> one.owner.equals(caller.subject())
                        && one.party.equals(party)
                        && caller.view().shows(one.slug))
                .map(one -> one.shown)
                .toList();
    }

    private void forgetExpired() {
        Instant now = clock.instant();
        entries.values().removeIf(one -> !now.isBefore(one.expires));
    }
}
