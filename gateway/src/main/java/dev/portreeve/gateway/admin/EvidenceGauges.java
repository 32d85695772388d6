package dev.portreeve.gateway.admin;

import dev.portreeve.audit.JournalState;
import dev.portreeve.audit.lag.Behind;
import dev.portreeve.audit.lag.LogLag;
import dev.portreeve.gateway.lag.EvidenceState;
import dev.portreeve.gateway.lag.Leaving;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of the evidence as OpenMetrics 1.0 text, for Prometheus and what reads the same. Few numbers without labels, made when
 * somebody asks: nothing is counted for them on a call's way that would not be counted anyway.
 */
final class EvidenceGauges {
    static final String TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PREFIX = "portreeve_audit_";

    private final StringBuilder text = new StringBuilder(4096);

    private EvidenceGauges() {}

    static String of(EvidenceState state) {
        EvidenceGauges gauges = new EvidenceGauges();
        gauges.journal(state.journal());
        gauges.gauge(
                "open_calls", "", "Calls of this process that were admitted and have not ended.", state.openCalls());
        gauges.gauge(
                "up",
                "",
                "1 if all is as configured, 0.5 if something is behind while calls go on, 0 if calls cannot be recorded.",
                switch (state.status()) {
                    case "ok" -> BigDecimal.ONE;
                    case "degraded" -> new BigDecimal("0.5");
                    default -> BigDecimal.ZERO;
                });
        LogLag log = state.log();
        if (log != null) {
            gauges.log(log, state.at());
        }
        Leaving leaving = state.leaving();
        if (leaving != null) {
            gauges.leaving(leaving, state.at());
        }
        return gauges.text.append("# EOF\n").toString();
    }

    private void journal(JournalState journal) {
        gauge("journal_queue_entries", "", "Entries that wait for the journal's writer.", journal.queued());
        gauge("journal_queue_capacity_entries", "", "How many may wait.", journal.capacity());
        gauge("journal_writing_entries", "", "Entries that the writer has in hand.", journal.writing());
        gauge(
                "journal_oldest_wait_seconds",
                "seconds",
                "Age of the oldest entry that is not durable; 0 if all are.",
                seconds(journal.oldestWait()));
        time("journal_last_commit_timestamp_seconds", "When something became durable last.", journal.lastCommit());
        counter("journal_stored_entries", "Entries that became durable.", journal.stored());
        counter("journal_refused_entries", "Entries that the database refused.", journal.refused());
    }

    private void log(LogLag log, Instant now) {
        Behind unsigned = log.unsigned();
        gauge(
                "unindexed_records",
                "",
                "Durable records without an index.",
                log.unindexed().records());
        gauge("unsigned_records", "", "Durable records that no signed head covers.", unsigned.records());
        gauge(
                "unsigned_seconds",
                "seconds",
                "Age of the first of them; 0 if there is none.",
                seconds(unsigned.age(now)));
        time("last_checkpoint_timestamp_seconds", "When a head was signed last.", log.lastSigned());
        gauge(
                "unsearched_records",
                "",
                "Durable records that cannot be searched.",
                log.unsearched().records());
        gauge(
                "unsearched_seconds",
                "seconds",
                "Age of the first of them; 0 if there is none.",
                seconds(log.unsearched().age(now)));
    }

    private void leaving(Leaving leaving, Instant now) {
        if (!leaving.deliveries().isEmpty()) {
            Behind undelivered = new Behind(leaving.undelivered(), leaving.undeliveredSince());
            gauge(
                    "undelivered_records",
                    "",
                    "Signed records that deliveries have still to send.",
                    undelivered.records());
            gauge(
                    "undelivered_seconds",
                    "seconds",
                    "Age of the oldest of them; 0 if there is none.",
                    seconds(undelivered.age(now)));
            gauge("deliveries_failing", "", "Logs of tenants in which a delivery fails.", leaving.failingDeliveries());
            gauge("deliveries_held", "", "Those of them that wait for somebody.", leaving.heldDeliveries());
        }
        if (!leaving.anchors().isEmpty()) {
            gauge("anchors_failing", "", "Anchors that take no heads.", leaving.failingAnchors());
            time(
                    "last_anchored_timestamp_seconds",
                    "When an anchor confirmed a head last, of the one where that is longest ago.",
                    leaving.anchoredSince());
        }
    }

    private static BigDecimal seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3);
    }

    private void time(String name, String help, @Nullable Instant time) {
        if (time != null) {
            gauge(name, "seconds", help, BigDecimal.valueOf(time.toEpochMilli(), 3));
        }
    }

    private void gauge(String name, String unit, String help, long value) {
        gauge(name, unit, help, BigDecimal.valueOf(value));
    }

    private void gauge(String name, String unit, String help, BigDecimal value) {
        family(name, "gauge", unit, help);
        sample(name, value);
    }

    private void counter(String name, String help, long value) {
        family(name, "counter", "", help);
        sample(name + "_total", BigDecimal.valueOf(value));
    }

    private void family(String name, String type, String unit, String help) {
        text.append("# TYPE ")
                .append(PREFIX)
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
        if (!unit.isEmpty()) {
            text.append("# UNIT ")
                    .append(PREFIX)
                    .append(name)
                    .append(' ')
                    .append(unit)
                    .append('\n');
        }
        text.append("# HELP ")
                .append(PREFIX)
                .append(name)
                .append(' ')
                .append(help)
                .append('\n');
    }

    private void sample(String name, BigDecimal value) {
        text.append(PREFIX)
                .append(name)
                .append(' ')
                .append(value.toPlainString())
                .append('\n');
    }
}
