package dev.portreeve.policy.notice;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A message that was given up: its receiver refused it, or did not take it in all tries.
 *
 * @param way {@code webhook}, {@code email} or {@code slack}
 * @param ticket which approval it asked for; {@code null} for none
 * @param owedAt since when it was owed
 * @param givenUpAt when its last try would have been repeated, or was refused
 * @param error what came of the last try
 */
public record DeadLetter(
        UUID id,
        String tenant,
        String way,
        String endpoint,
        @Nullable UUID ticket,
        int attempts,
        Instant owedAt,
        Instant givenUpAt,
        @Nullable String error) {}
