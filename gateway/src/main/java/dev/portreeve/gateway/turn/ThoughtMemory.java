package dev.portreeve.gateway.turn;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The signed thoughts that led to tool calls, for callers of a dialect that has no member for them: many chat clients send back
 * a tool call and nothing else they were given with it. Kept in this replica's memory only, for a while, within bounds of number
 * and size; the oldest go first. What is not found here any more is left out, and its model then answers without thinking on.
 * Thread-safe; never blocks for long.
 *
 * <p>The clients that do send back what they were given need none of this ({@link OpenAiAnswers#THINKING}), with any number of
 * replicas. A tool call's id could carry thoughts for all the others, but they are thousands of characters long and other
 * providers, which may get the same conversation later, take ids of 40.
 */
public final class ThoughtMemory {
    private static final int MAX_ENTRIES = 10_000;
    private static final long MAX_CHARS = 32L << 20;
    private static final long MAX_CHARS_OF_ONE = 1L << 20;
    private static final Duration KEPT = Duration.ofHours(1);

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Kept> all = new LinkedHashMap<>();
    private long chars;

    /** Whose call it is, which model made it, and its id. */
    record Key(String tenant, String member, String provider, String model, String call) {}

    private record Kept(String tool, List<Part> thoughts, long chars, Instant until) {}

    public ThoughtMemory(InstantSource clock) {
        this.clock = clock;
    }

    /** What is remembered of one owner's calls. */
    public Thoughts of(String tenant, String member) {
        return new Thoughts(this, new Key(tenant, member, "", "", ""));
    }

    void keep(Key key, String tool, List<Part> thoughts) {
        long size = thoughts.stream().mapToLong(ThoughtMemory::size).sum();
        if (size > MAX_CHARS_OF_ONE) {
            return;
        }
        Kept kept = new Kept(tool, List.copyOf(thoughts), size, clock.instant().plus(KEPT));
        lock.lock();
        try {
            put(key, kept);
            makeRoom();
        } finally {
            lock.unlock();
        }
    }

    List<Part> recall(Key key, String tool) {
        lock.lock();
        try {
            makeRoom();
            Kept kept = all.get(key);
            if (kept == null || !kept.tool.equals(tool)) {
                return List.of();
            }
            // A loop that goes on needs all of its steps.
            put(key, new Kept(tool, kept.thoughts, kept.chars, clock.instant().plus(KEPT)));
            return kept.thoughts;
        } finally {
            lock.unlock();
        }
    }

    /** Behind all others, so that the oldest are always first. */
    private void put(Key key, Kept kept) {
        Kept before = all.remove(key);
        chars += kept.chars - (before == null ? 0 : before.chars);
        all.put(key, kept);
    }

    private void makeRoom() {
        Instant now = clock.instant();
        Iterator<Kept> oldest = all.values().iterator();
        while (oldest.hasNext()) {
            Kept kept = oldest.next();
            if (all.size() <= MAX_ENTRIES && chars <= MAX_CHARS && now.isBefore(kept.until)) {
                return;
            }
            chars -= kept.chars;
            oldest.remove();
        }
    }

    private static long size(Part part) {
        return switch (part) {
            case Part.Thinking thinking ->
                thinking.text().length()
                        + (thinking.signature() == null
                                ? 0
                                : thinking.signature().length());
            case Part.RedactedThinking redacted -> redacted.data().length();
            default -> 0;
        };
    }
}
