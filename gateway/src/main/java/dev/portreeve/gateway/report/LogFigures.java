package dev.portreeve.gateway.report;

import dev.portreeve.audit.log.Checkpoint;
import dev.portreeve.audit.log.SignedNote;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one tenant's log is in a period: its extent, and the signed heads that enclose it. Times in a log are those of several machines and
 * need not ascend; so the period is from the first record that lies in it to the last, and the heads stand before and after these. For
 * one thread.
 */
final class LogFigures {
    private final ReportPeriod period;
    private final String tenant;
    private @Nullable Instant oldest;
    private long oldestIndex = -1;
    private long next;
    private boolean gap;
    private long read;
    private long first = -1;
    private long last = -1;
    private long within;
    private @Nullable SignedNote before;
    private @Nullable SignedNote latest;
    private @Nullable SignedNote after;

    LogFigures(String tenant, ReportPeriod period) {
        this.tenant = tenant;
        this.period = period;
    }

    /** The index of the next record, whether it can be read or not. */
    void next(long index) {
        gap |= index != next;
        next = index + 1;
    }

    void read(Entry entry) {
        read++;
        if (oldest == null || entry.at().isBefore(oldest)) {
            oldest = entry.at();
        }
        if (oldestIndex < 0) {
            oldestIndex = entry.index();
        }
        if (period.contains(entry.at())) {
            within++;
            last = entry.index();
            after = null;
            if (first < 0) {
                first = entry.index();
                before = latest;
            }
        }
    }

    void confirmed(SignedNote head) {
        latest = head;
        if (first >= 0 && after == null) {
            after = head;
        }
    }

    @Nullable
    Instant oldest() {
        return oldest;
    }

    long within() {
        return within;
    }

    /** Whether no record is missing before the last one that was read: months may be dropped while older ones are held. */
    boolean isWhole() {
        return !gap;
    }

    void write(ObjectNode json) {
        json.put("log", tenant).put("records_read", read).put("records_in_period", within);
        if (oldest != null) {
            json.put("oldest_record", oldest.toString())
                    .put("oldest_index", oldestIndex)
                    .put("complete", isWhole());
            json.put("days_kept", Duration.between(oldest, period.to()).toDays());
        }
        if (first >= 0) {
            json.put("first_index", first).put("last_index", last);
        }
        head(json, "head_before", before);
        head(json, "head_after", after);
    }

    private static void head(ObjectNode json, String name, @Nullable SignedNote note) {
        if (note != null) {
            Checkpoint head = Checkpoint.parse(note.text());
            json.putObject(name)
                    .put("size", head.size())
                    .put("root", Base64.getEncoder().encodeToString(head.root()))
                    .put("note", note.toString());
        }
    }
}
