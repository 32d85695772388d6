package dev.portreeve.policy.budget;

import dev.portreeve.audit.Transaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The windows that calls are held under, each list of them written once and named by the holds: {@code policy.chain}. For the journal's
 * writer.
 */
final class PostgresChains {
    private static final int MAX_KNOWN = 100_000;
    private static final String WRITE = """
            INSERT INTO policy.chain (id, tenant, budget_ids, window_starts)
            SELECT id, min(tenant), array_agg(budget_id ORDER BY level), array_agg(starts_at ORDER BY level)
            FROM unnest(?::uuid[], ?::text[], ?::text[], ?::timestamptz[])
                WITH ORDINALITY AS n (id, tenant, budget_id, starts_at, level)
            GROUP BY id ORDER BY id
            ON CONFLICT DO NOTHING""";

    /** The chain of no windows, which nobody writes. */
    static final UUID EMPTY = name(List.of());

    /** What is surely on disk. */
    private final Map<List<WindowKey>, UUID> known = new ConcurrentHashMap<>();

    /** The names of these chains, once each; those nobody wrote yet are written with the batch. */
    Map<List<WindowKey>, UUID> named(Transaction transaction, Iterable<List<WindowKey>> chains) {
        Map<List<WindowKey>, UUID> names = new HashMap<>();
        Map<List<WindowKey>, UUID> fresh = new HashMap<>();
        for (List<WindowKey> chain : chains) {
            UUID before = known.get(chain);
            if (before == null) {
                fresh.computeIfAbsent(chain, PostgresChains::name);
            } else {
                names.put(chain, before);
            }
        }
        if (!fresh.isEmpty()) {
            names.putAll(fresh);
            write(transaction, fresh);
        }
        return names;
    }

    private void write(Transaction transaction, Map<List<WindowKey>, UUID> fresh) {
        PostgresColumns columns = new PostgresColumns(transaction.connection(), 4);
        fresh.forEach((chain, name) ->
                chain.forEach(window -> columns.row(name, window.tenant(), window.budgetId(), window.start())));
        transaction.atLast(
                WRITE, (statement, first) -> columns.set(statement, first, "uuid", "text", "text", "timestamptz"));
        transaction.afterCommit(() -> {
            if (known.size() > MAX_KNOWN) {
                known.clear();
            }
            known.putAll(fresh);
        });
    }

    /** A name that is made of the content (RFC 9562, version 8): the first 122 bits of its SHA-256 that are free. */
    static UUID name(List<WindowKey> chain) {
        MessageDigest digest = sha256();
        for (WindowKey window : chain) {
            add(digest, window.tenant());
            add(digest, window.budgetId());
            add(digest, window.start().toString());
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new UUID((hash.getLong() & ~0xF000L) | 0x8000L, (hash.getLong() & ~(3L << 62)) | (1L << 63));
    }

    /** With its length before it, so that no two lists are written alike. */
    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
