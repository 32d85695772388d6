package dev.portreeve.hub.definition;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A definition, whose it is, and what became of it.
 *
 * @param offered whether the server's last complete list had it
 * @param seenAt when it was first seen
 * @param decidedBy who said so: a person, or the server's policy; {@code null} while nobody has
 */
public record StoredDefinition(
        String server,
        Definition definition,
        Verdict verdict,
        boolean offered,
        Instant seenAt,
        @Nullable Instant decidedAt,
        @Nullable String decidedBy,
        @Nullable String reason) {
    public DefinitionKind kind() {
        return definition.kind();
    }

    public String name() {
        return definition.name();
    }

    public String hash() {
        return definition.hash();
    }

    StoredDefinition offered(boolean now) {
        return new StoredDefinition(server, definition, verdict, now, seenAt, decidedAt, decidedBy, reason);
    }

    StoredDefinition decided(Verdict now, Instant at, @Nullable String by, @Nullable String why) {
        return new StoredDefinition(server, definition, now, offered, seenAt, at, by, why);
    }

    /** The same row as one that another definition has replaced; who decided about it stays. */
    StoredDefinition superseded() {
        return new StoredDefinition(
                server, definition, Verdict.SUPERSEDED, offered, seenAt, decidedAt, decidedBy, reason);
    }
}
