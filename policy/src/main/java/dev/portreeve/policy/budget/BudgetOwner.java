package dev.portreeve.policy.budget;

import java.util.Locale;

/**
 * Whose spending a budget bounds: its own and that of everybody below.
 *
 * @param id the tenant's, team's, member's or key's id
 */
public record BudgetOwner(String tenant, Kind kind, String id) {
    /** The levels of the chain from a tenant to a key. */
    public enum Kind {
        TENANT,
        TEAM,
        MEMBER,
        KEY;

        /** As it stands in tables, ids and records. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As a person reads it: {@code team support}. */
    @Override
    public String toString() {
        return kind.code() + " " + id;
    }
}
