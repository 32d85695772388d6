package dev.portreeve.audit.search;

import dev.portreeve.audit.search.Unfinished.Half;
import dev.portreeve.audit.search.Unfinished.Owner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one turn of the indexer read, in memory: the records of a call become one entry, which is stored when both its ends were read. For
 * one thread.
 */
final class Turn {
    private static final Logger LOGGER = LoggerFactory.getLogger(Turn.class);
    private static final String RECORDS = "record_";
    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM", Locale.ROOT);

    private final Map<Owner, Half> calls = new LinkedHashMap<>();
    private final List<Entry> others = new ArrayList<>();
    private final List<Month> dropped = new ArrayList<>();

    private record Month(String tenant, YearMonth month) {}

    /** The next record in the order of commits. */
    void add(Entry entry, boolean ofCall) {
        if (ofCall) {
            calls.merge(new Owner(entry.tenant(), entry.id()), Half.of(entry), Half::and);
        } else {
            others.add(entry);
        }
    }

    /** A record says that this month of the tenant's is gone. */
    void dropped(String tenant, String partition) {
        if (partition.startsWith(RECORDS)) {
            try {
                dropped.add(new Month(tenant, YearMonth.parse(partition.substring(RECORDS.length()), MONTH)));
            } catch (DateTimeException altered) {
                LOGGER.warn("a tombstone of {} names no month", tenant);
            }
        }
    }

    /** Stores all of it, in the connection's transaction. */
    void store(Connection connection) throws SQLException {
        Unfinished unfinished = new Unfinished(connection);
        Map<Owner, Half> before = unfinished.take(calls.entrySet().stream()
                .filter(call -> !call.getValue().isWhole())
                .map(Map.Entry::getKey)
                .toList());
        List<Half> waiting = new ArrayList<>();
        List<Entry> finished = new ArrayList<>(others);
        for (Map.Entry<Owner, Half> call : calls.entrySet()) {
            Half first = before.get(call.getKey());
            Half now = first == null ? call.getValue() : first.and(call.getValue());
            if (now.waits()) {
                waiting.add(now);
            } else {
                finished.add(now.entry());
            }
        }
        unfinished.put(waiting);
        Map<Month, List<Entry>> byMonth = new LinkedHashMap<>();
        for (Entry entry : finished) {
            byMonth.computeIfAbsent(new Month(entry.tenant(), Blocks.month(entry)), of -> new ArrayList<>())
                    .add(entry);
        }
        Blocks blocks = new Blocks(connection);
        for (Map.Entry<Month, List<Entry>> month : byMonth.entrySet()) {
            blocks.add(month.getKey().tenant(), month.getKey().month(), month.getValue());
        }
        for (Month gone : dropped) {
            blocks.forget(gone.tenant(), gone.month());
        }
    }
}
