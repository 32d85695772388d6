package dev.portreeve.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A place outside the database where heads of the log are put, so that whoever owns the database and the signing key cannot write another
 * history unseen. Each has a name and exactly one of {@code folder}, {@code object}, {@code timestamp} and {@code witness}.
 *
 * @param name in receipts and records: lower case letters, digits and dashes; stays with the place
 * @param every how often the newest head is put there, if it is a new one; 1s to 366d
 * @param timeout how long one attempt may take; what failed is tried again after 5 seconds, then later and later, at least every quarter
 *     of an hour
 * @param required whether months of records are dropped only when this anchor has confirmed a head over them
 * @param folder a folder where each head becomes a file that is never replaced: on another machine, or where nothing can be
 *     changed once it is written. It is made if it is not there, the folder above it is not
 * @param object a bucket in which each head becomes an object that is locked
 * @param timestamp an authority that signs when a head was there (RFC 3161)
 * @param witness a witness that signs heads if they continue those it signed before (C2SP tlog-witness), such as another Portreeve
 */
public record AnchorConfig(
        String name,
        @Default("10m") Duration every,
        @Default("20s") Duration timeout,
        @Default("true") boolean required,
        @Nullable Path folder,
        @Nullable ObjectAnchorConfig object,
        @Nullable TimestampConfig timestamp,
        @Nullable WitnessAnchorConfig witness) {
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST_EVERY = Duration.ofDays(366);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(5);

    public AnchorConfig {
        if (!name.matches("[a-z0-9][a-z0-9-]{0,39}")) {
            throw new IllegalArgumentException(
                    "name \"" + name + "\" must be 1 to 40 lower case letters, digits and dashes");
        }
        if (every.compareTo(SHORTEST) < 0 || every.compareTo(LONGEST_EVERY) > 0) {
            throw new IllegalArgumentException("every must be 1s to 366d");
        }
        if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("timeout must be 1s to 5m");
        }
        if (Stream.of(folder == null, object == null, timestamp == null, witness == null)
                        .filter(absent -> !absent)
                        .count()
                != 1) {
            throw new IllegalArgumentException(
                    "anchor \"" + name + "\" needs exactly one of folder, object, timestamp and witness");
        }
    }

    /** With what the environment adds. */
    AnchorConfig completed(Function<String, @Nullable String> environment) {
        return object == null
                ? this
                : new AnchorConfig(
                        name, every, timeout, required, folder, object.completed(environment), timestamp, witness);
    }
}
