package dev.portreeve.policy.notice;

import dev.portreeve.policy.call.CanonicalJson;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that people are told. Has no contents of calls and no secrets; what callers chose (names of sessions) stands in it as data,
 * never as prose. Made and read by one thread.
 */
public final class Event {
    private final String type;
    private final String tenant;
    private final Instant at;
    private final String subject;
    private final StringBuilder json = new StringBuilder();
    private final StringBuilder text = new StringBuilder();

    /**
     * @param type as it stands in messages: {@code budget.threshold}
     * @param subject one line for people
     */
    public Event(String type, String tenant, Instant at, String subject) {
        this.type = type;
        this.tenant = tenant;
        this.at = at;
        this.subject = subject;
        with("tenant", tenant);
    }

    /** Adds a member; without a value it is left out. */
    public Event with(String name, @Nullable String value) {
        return value == null ? this : add(name, CanonicalJson.quote(value), value);
    }

    public Event with(String name, long value) {
        return add(name, Long.toString(value), Long.toString(value));
    }

    public Event with(String name, boolean value) {
        return add(name, Boolean.toString(value), value ? "yes" : "no");
    }

    /** Adds a list. */
    public Event with(String name, List<String> values) {
        String quoted = values.stream().map(CanonicalJson::quote).collect(Collectors.joining(",", "[", "]"));
        return add(name, quoted, String.join(", ", values));
    }

    private Event add(String name, String quoted, String plain) {
        json.append(json.isEmpty() ? "" : ",")
                .append(CanonicalJson.quote(name))
                .append(':')
                .append(quoted);
        text.append(name.replace('_', ' ')).append(": ").append(line(plain)).append('\n');
        return this;
    }

    /** Whatever is in it stays one line, and shows as what it is. */
    private static String line(String plain) {
        StringBuilder line = new StringBuilder();
        plain.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
                .forEach(line::appendCodePoint);
        return line.toString();
    }

    public String tenant() {
        return tenant;
    }

    /** For the log. */
    public String subject() {
        return line(subject);
    }

    /** The payload form of Standard Webhooks. */
    String json() {
        return "{\"type\":" + CanonicalJson.quote(type) + ",\"timestamp\":" + CanonicalJson.quote(at.toString())
                + ",\"data\":{" + json + "}}";
    }

    /** Subject, line end, text. */
    String mail() {
        return "[portreeve] " + subject() + "\n" + subject() + ".\n\n" + text + "time: " + at + "\n";
    }
}
