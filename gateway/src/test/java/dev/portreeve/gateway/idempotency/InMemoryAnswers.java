package dev.portreeve.gateway.idempotency;

import dev.portreeve.policy.call.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Kept answers in memory, for tests of the edge; by the same contract as in PostgreSQL. */
public final class InMemoryAnswers implements KeptAnswers {
    private final Map<String, KeptAnswer> answers = new ConcurrentHashMap<>();

    private static String place(Subject owner, UUID call) {
        return owner.tenant() + "/" + owner.member() + "/" + call;
    }

    @Override
    public void keep(Subject owner, UUID call, KeptAnswer answer, Duration keep) {
        answers.putIfAbsent(place(owner, call), answer);
    }

    @Override
    public Optional<KeptAnswer> find(Subject owner, UUID call) {
        return Optional.ofNullable(answers.get(place(owner, call)));
    }
}
