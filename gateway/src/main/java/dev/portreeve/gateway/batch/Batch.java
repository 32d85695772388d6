package dev.portreeve.gateway.batch;

import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Subject;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A batch, as it stands in the database. Immutable.
 *
 * @param owner who made it; every key of this member sees it, and nobody else
 * @param operation of all its items
 * @param notes what its dialect wants to say of it again, as a JSON object
 * @param provider by its id in the configuration
 * @param providerKey the name of the provider's key it goes by; empty where there is one only
 * @param providerBatch as the provider names it; {@code null} as long as that is not known
 * @param prices at which its items are held
 * @param expiresAt when what is not known of it by then is charged as held
 * @param cancelAskedAt when somebody asked to cancel it, or {@code null}
 * @param cancelHeard whether the provider has heard that
 * @param settledAt when its last item was settled and recorded, or {@code null}
 */
public record Batch(
        UUID id,
        Subject owner,
        Dialect dialect,
        Operation operation,
        String notes,
        String provider,
        String providerKey,
        State state,
        @Nullable String providerBatch,
        List<Price> prices,
        int items,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant cancelAskedAt,
        boolean cancelHeard,
        @Nullable Instant settledAt) {
    private static final String MESSAGES = "msgbatch_";
    private static final String OTHERS = "batch_";
    private static final int DIGITS = 32;

    /** Where a batch stands; {@link #code()} stands in the table. */
    public enum State {
        /** Its items are being held; nothing was sent. */
        PREPARING,
        /** It is being sent, or it is not known whether it was. */
        SENDING,
        /** The provider has it. */
        RUNNING,
        /** Every item is settled and recorded. */
        SETTLED,
        /** Its time was over before anybody knew its end: what it held was charged. */
        LOST;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }

        /** Whether nothing will happen to it any more. */
        public boolean isOver() {
            return this == SETTLED || this == LOST;
        }
    }

    public Batch {
        prices = List.copyOf(prices);
    }

    /** What callers call it: in each dialect as its ids look. */
    public String name() {
        return name(dialect, id);
    }

    /** What callers call the batch of this id. */
    public static String name(Dialect dialect, UUID id) {
        return (dialect == Dialect.ANTHROPIC_MESSAGES ? MESSAGES : OTHERS)
                + id.toString().replace("-", "");
    }

    /** The id in a name, or nothing if it is none of ours. */
    public static Optional<UUID> id(String name) {
        String digits = name.startsWith(MESSAGES)
                ? name.substring(MESSAGES.length())
                : name.startsWith(OTHERS) ? name.substring(OTHERS.length()) : "";
        if (digits.length() != DIGITS || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            return Optional.empty();
        }
        return Optional.of(new UUID(
                Long.parseUnsignedLong(digits, 0, DIGITS / 2, 16),
                Long.parseUnsignedLong(digits, DIGITS / 2, DIGITS, 16)));
    }

    /** Without notes, which are the caller's (INV-7). */
    @Override
    public String toString() {
        return name() + " " + state.code();
    }
}
