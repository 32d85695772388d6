package dev.portreeve.gateway.cache;

import dev.portreeve.gateway.dialect.AnswerChunk;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is being made, and may be kept once it is whole. What it holds counts against the cache's bound from the start;
 * one that does not fit is let go and never kept. For one call, on its thread; closed at the call's end, however it ends.
 */
public final class Gathering implements AutoCloseable {
    /** Of a stream, so that it can be cut between two pieces. */
    private static final int PIECE = 16 * 1024;

    private final AnswerCache cache;
    private final int most;
    private final List<byte[]> pieces = new ArrayList<>();
    /** A stream comes in many small reads, which are joined. */
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    private AnswerChunk.@Nullable Shape shape;
    private String contentType = "";
    private byte @Nullable [] last;
    private long bytes;
    private boolean tooMuch;

    Gathering(AnswerCache cache, int most) {
        this.cache = cache;
        this.most = most;
    }

    /** Takes a piece as it came from the provider. */
    public void add(AnswerChunk chunk) {
        if (tooMuch || chunk.isSilent()) {
            return;
        }
        boolean alike = shape == null || shape == chunk.shape();
        if (!alike || !hasRoom(chunk.bytes().length)) {
            close();
            tooMuch = true;
            return;
        }
        shape = chunk.shape();
        contentType = chunk.head().contentType();
        if (chunk.isEnding()) {
            last = chunk.bytes();
        } else {
            join(chunk.bytes());
        }
    }

    private void join(byte[] chunk) {
        if (open.size() + chunk.length > PIECE) {
            flush();
        }
        if (chunk.length > PIECE) {
            pieces.add(chunk);
        } else {
            open.writeBytes(chunk);
        }
    }

    private void flush() {
        if (open.size() > 0) {
            pieces.add(open.toByteArray());
            open.reset();
        }
    }

    private boolean hasRoom(int more) {
        if (bytes + more > most || !cache.grow(more)) {
            return false;
        }
        bytes += more;
        return true;
    }

    /**
     * Keeps it: the answer is whole, and its call settled.
     *
     * @param ending the event that says a stream's end
     * @param ttl how long it counts
     */
    public void keep(CacheKey key, CachedAnswer.Origin origin, byte[] ending, Duration ttl) {
        AnswerChunk.Shape known = shape;
        if (tooMuch || known == null || !hasRoom(ending.length)) {
            return;
        }
        flush();
        Whole whole = new Whole(contentType, known, List.copyOf(pieces), last, ending.clone(), bytes);
        bytes = 0;
        cache.keep(key, origin, ttl, whole);
    }

    /** All that came. */
    record Whole(
            String contentType,
            AnswerChunk.Shape shape,
            List<byte[]> pieces,
            byte @Nullable [] last,
            byte[] ending,
            long bytes) {}

    @Override
    public void close() {
        cache.shrink(bytes);
        bytes = 0;
        pieces.clear();
        open.reset();
        last = null;
    }
}
