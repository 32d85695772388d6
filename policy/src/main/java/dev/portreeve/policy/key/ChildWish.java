package dev.portreeve.policy.key;

import dev.portreeve.policy.call.Confines;
import java.time.Duration;

/**
 * The wish of a key for one below it.
 *
 * @param name what to call it, at most 100 characters
 * @param life how long it works, at most {@link #LONGEST}; never longer than the key above
 * @param confines what of the things the key above may use are left to it
 */
public record ChildWish(String name, Duration life, Confines confines) {
    public static final Duration LONGEST = Duration.ofDays(30);
}
