package dev.portreeve.policy.stop;

import dev.portreeve.policy.call.Subject;
import java.util.Locale;

/**
 * Whom a stop is about: with it everybody below.
 *
 * @param id the tenant's, team's, member's or key's id
 */
public record StopOwner(String tenant, Kind kind, String id) {
    /** The levels of the chain from a tenant to a key. */
    public enum Kind {
        TENANT,
        TEAM,
        MEMBER,
        KEY;

        /** As it stands in tables and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads {@code agent:triage-bot}, {@code user:maria}, {@code member:…}, {@code team:support}, {@code tenant:acme} or {@code
     * key:<its 12 characters>}.
     *
     * @throws IllegalArgumentException if it is none of these; the message says so
     */
    public static StopOwner parse(String tenant, String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon);
        String id = text.substring(colon + 1);
        if (id.isEmpty() || id.length() > 200) {
            throw unknown(text);
        }
        return switch (kind) {
            case "tenant" -> new StopOwner(id, Kind.TENANT, id);
            case "team" -> new StopOwner(tenant, Kind.TEAM, id);
            case "agent", "user", "member" -> new StopOwner(tenant, Kind.MEMBER, id);
            case "key" -> new StopOwner(tenant, Kind.KEY, id);
            default -> throw unknown(text);
        };
    }

    private static IllegalArgumentException unknown(String text) {
        String shown = text.length() <= 100 ? text : text.substring(0, 100) + "…";
        return new IllegalArgumentException("\"" + shown
                + "\" says nobody to stop: write agent:triage-bot, user:maria, team:support, tenant:acme or key:<id>");
    }

    boolean isAbove(Subject subject) {
        return tenant.equals(subject.tenant())
                && switch (kind) {
                    case TENANT -> true;
                    case TEAM -> id.equals(subject.team());
                    case MEMBER -> id.equals(subject.member());
                    // With a key go the keys that it made.
                    case KEY ->
                        id.equals(subject.keyId())
                                || subject.delegation().above().contains(id);
                };
    }

    /** As a person reads it: {@code member triage-bot}. */
    @Override
    public String toString() {
        return kind.code() + " " + id;
    }
}
