package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.ErrorAnswer;
import dev.portreeve.gateway.dialect.IdempotencyErrors;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.idempotency.Idempotency;
import dev.portreeve.gateway.idempotency.KeptAnswer;
import dev.portreeve.gateway.idempotency.KeptAnswers;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.IdempotentRun;
import dev.portreeve.policy.call.Subject;
import dev.portreeve.policy.idempotency.FoundRun;
import dev.portreeve.policy.idempotency.IdempotentRuns;
import io.helidon.http.Header;
import io.helidon.http.ServerRequestHeaders;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Says for a call under an idempotency key whether it is to be made, or answered with what was made before. A call that runs
 * already is waited for, whichever replica runs it. Thread-safe; blocks the request's own thread.
 */
final class IdempotentCalls {
    private static final int MAX_KEY = 255;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final Idempotency store;

    /** What is to be done. */
    sealed interface Turn {
        /** @param earlier the call that died under this key, whose place the new one takes; {@code null} for the first */
        record Make(
                IdempotentRun.Key key,
                byte[] body,
                @Nullable UUID earlier) implements Turn {}

        record Replay(UUID original, KeptAnswer answer) implements Turn {}

        record Refuse(ErrorAnswer error) implements Turn {}
    }

    IdempotentCalls(Idempotency store) {
        this.store = store;
    }

    Idempotency store() {
        return store;
    }

    /**
     * The caller's key, or {@code null} if it sent none or asks for something that costs nothing.
     *
     * @throws dev.portreeve.gateway.dialect.BadRequest if it sent one that is none
     */
    static @Nullable String words(ServerRequestHeaders headers, Operation operation) {
        if (operation == Operation.COUNT_TOKENS || !headers.contains(Names.IDEMPOTENCY_KEY)) {
            return null;
        }
        Header header = headers.get(Names.IDEMPOTENCY_KEY);
        String words = header.get();
        boolean visible = words.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (header.allValues().size() != 1 || words.isBlank() || words.length() > MAX_KEY || !visible) {
            throw IdempotencyErrors.invalidKey();
        }
        return words;
    }

    /**
     * Looks the key up, and waits while its call runs.
     *
     * @param path the dialect and the operation of the path that was called
     * @param body the request's very bytes
     */
    Turn turn(Subject subject, String path, String words, ModelRequest request, byte[] body, Deadline deadline) {
        IdempotentRun.Key key = store.keys().key(subject, path, words);
        byte[] hash = store.keys().body(asked(request, body));
        Duration pause = FIRST_PAUSE;
        try {
            while (true) {
                Optional<FoundRun> found = store.runs().find(key);
                if (found.isEmpty()) {
                    return new Turn.Make(key, hash, null);
                }
                FoundRun run = found.get();
                if (!run.isFor(hash)) {
                    return new Turn.Refuse(IdempotencyErrors.reused());
                }
                switch (run.state()) {
                    case DEAD -> {
                        return new Turn.Make(key, hash, run.call());
                    }
                    case ANSWERED -> {
                        return replay(subject, run.call());
                    }
                    case UNKEPT -> {
                        return new Turn.Refuse(IdempotencyErrors.notKept());
                    }
                    case RUNNING -> {}
                }
                if (deadline.isPast() || !rest(pause)) {
                    return new Turn.Refuse(IdempotencyErrors.inUse());
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
            }
        } catch (IdempotentRuns.Unavailable | KeptAnswers.Unavailable down) {
            return new Turn.Refuse(IdempotencyErrors.unavailable());
        }
    }

    private Turn replay(Subject subject, UUID call) {
        return store.answers()
                .find(subject, call)
                .<Turn>map(answer -> new Turn.Replay(call, answer))
                .orElseGet(() -> new Turn.Refuse(IdempotencyErrors.notKept()));
    }

    /** Some dialects say in the path which model is meant and whether it streams. */
    private static byte[] asked(ModelRequest request, byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(body.length + 64);
        all.writeBytes((request.model() + "\n" + request.stream() + "\n").getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        return all.toByteArray();
    }

    // What it waits for may happen in another process and is seen in the database only.
    private static boolean rest(Duration pause) {
        try {
            Thread.sleep(pause);
            return true;
        } catch (InterruptedException left) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
