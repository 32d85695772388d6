package dev.portreeve.audit.deliver;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What goes where.
 *
 * @param id names it in the database, in records and in commands
 * @param tenant whose records; {@code null} for every tenant's, and those of no tenant
 * @param fromNow whether only records go that are signed after the first start with it
 * @param pace how much at once, and how often
 */
public record Delivery(String id, @Nullable String tenant, boolean fromNow, Pace pace, Receiver receiver) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,49}");
    private static final int MOST_RECORDS = 10_000;

    /**
     * How much at once, and how often.
     *
     * @param every between two looks for new records
     * @param records the most in a batch
     * @param bytes of records after which a batch ends; one record may be more
     * @param again about how long after a failure the first next attempt comes; later ones wait longer
     * @param tell the shortest time between two records of what was delivered
     */
    public record Pace(Duration every, int records, int bytes, Duration again, Duration tell) {
        public Pace {
            if (every.isNegative() || every.isZero() || records < 1 || records > MOST_RECORDS || bytes < 1) {
                throw new IllegalArgumentException(
                        "a delivery sends 1 to " + MOST_RECORDS + " records at once, and looks after some time");
            }
        }
    }

    public Delivery {
        if (!isId(id)) {
            throw new IllegalArgumentException(
                    "\"" + id + "\" is no id of a delivery: use lower case letters, digits and -, at most 50, beginning"
                            + " with a letter or digit");
        }
    }

    /** Whether a delivery can be called so. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }
}
