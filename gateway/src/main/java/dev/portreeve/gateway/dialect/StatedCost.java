package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** Amounts of dollars in an answer. What is no decimal number of zero or more that can be a price is none. */
final class StatedCost {
    private static final int NANO = 9;
    private static final int TICK = 10;
    private static final int MAX_LENGTH = 40;
    /** No call costs as much. */
    private static final BigDecimal ABSURD = BigDecimal.valueOf(1_000_000);

    private StatedCost() {}

    /**
     * Reads the value that the walk stands on: a number, or an object with one.
     *
     * @param total the member of such an object
     */
    static @Nullable BigDecimal read(JsonWalk walk, String total) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            return number(walk);
        }
        BigDecimal found = null;
        while (walk.member()) {
            if (walk.name().equals(total)) {
                found = number(walk);
            } else {
                walk.skipQuickly();
            }
        }
        return found;
    }

    /** Reads a number of xAI's ticks, of which a dollar has ten thousand million. */
    static @Nullable BigDecimal ticks(JsonWalk walk) {
        BigDecimal ticks = number(walk, ABSURD.movePointRight(TICK));
        return ticks == null ? null : ticks.movePointLeft(TICK);
    }

    private static @Nullable BigDecimal number(JsonWalk walk) {
        return number(walk, ABSURD);
    }

    private static @Nullable BigDecimal number(JsonWalk walk, BigDecimal absurd) {
        boolean number = walk.is(JsonToken.VALUE_NUMBER_INT) || walk.is(JsonToken.VALUE_NUMBER_FLOAT);
        if (!number) {
            walk.skipQuickly();
            return null;
        }
        String text = walk.string();
        if (text.length() > MAX_LENGTH) {
            return null;
        }
        BigDecimal amount = new BigDecimal(text);
        boolean possible =
                amount.signum() >= 0 && Math.abs(amount.scale()) < MAX_LENGTH && amount.compareTo(absurd) < 0;
        return possible ? amount : null;
    }

    /** Rounded up. */
    static NanoUsd amount(BigDecimal dollars) {
        return NanoUsd.ofUsd(dollars.setScale(NANO, RoundingMode.CEILING));
    }
}
