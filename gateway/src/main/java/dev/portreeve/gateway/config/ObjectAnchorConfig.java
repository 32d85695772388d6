package dev.portreeve.gateway.config;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An anchor that is a bucket with object lock: what is put there nobody can change or delete before its time, the owner of the account
 * included.
 *
 * @param store the bucket; object lock must be on
 * @param prefix what stands before the name of each object
 * @param keep how long each head is locked, in mode COMPLIANCE; longer than records are kept
 */
public record ObjectAnchorConfig(
        ObjectStoreConfig store,
        @Default("portreeve/heads/") String prefix,
        @Default("3650d") Duration keep) {
    private static final Duration SHORTEST = Duration.ofDays(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);

    public ObjectAnchorConfig {
        if (!prefix.matches("([A-Za-z0-9_%-][A-Za-z0-9_.%-]*/){0,10}") || prefix.length() > 500) {
            throw new IllegalArgumentException("prefix \"" + prefix + "\" must look like portreeve/heads/");
        }
        if (keep.compareTo(SHORTEST) < 0 || keep.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("keep must be 1d to 36500d");
        }
    }

    ObjectAnchorConfig completed(Function<String, @Nullable String> environment) {
        return new ObjectAnchorConfig(store.completed(environment), prefix, keep);
    }
}
