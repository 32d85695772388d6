package dev.portreeve.gateway.report;

import dev.portreeve.audit.log.Progress;
import dev.portreeve.audit.log.SignedNote;
import dev.portreeve.gateway.report.OpenCalls.Begun;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Counts what a report says while a verification reads the records: one pass, in memory that does not grow with the log. Give it to an
 * {@link dev.portreeve.audit.log.AuditVerifier}, then ask {@link #figures}. For one thread.
 */
public final class ReportReading implements Progress {
    /** Six months, counted generously: what Articles 19(1) and 26(6) of the EU AI Act ask for at least. */
    public static final int FLOOR_DAYS = 183;

    private final ReportPeriod period;
    private final Progress progress;
    private final List<Part> parts = List.of(
            new CallFigures(), new DataFigures(), new OversightFigures(), new ChangeFigures(), new IncidentFigures());
    private final RowFigures rows;
    private final Tally kinds = Tally.counting("kind");
    private final TreeMap<String, LogFigures> logs = new TreeMap<>();
    private OpenCalls open = new OpenCalls();
    private String tenant = "";
    private long unreadable;
    private long unfinished;
    private long tooMany;
    private long truncated;

    /** @param progress hears how far it is */
    public ReportReading(ControlMap.Framework framework, ReportPeriod period, Progress progress) {
        this.period = period;
        this.progress = progress;
        this.rows = new RowFigures(framework.rows());
    }

    @Override
    public void checked(String whose, long records, long of) {
        progress.checked(whose, records, of);
    }

    @Override
    public void read(String whose, long index, byte[] leaf) {
        if (!tenant.equals(whose)) {
            endTenant();
            tenant = whose;
        }
        log(whose).next(index);
        Entry entry = Entry.read(whose, index, leaf);
        if (entry == null) {
            unreadable++;
            return;
        }
        log(whose).read(entry);
        Begun begun = begun(entry);
        if (period.contains(entry.at())) {
            kinds.count(entry.kind());
            truncated += entry.has("truncated") ? 1 : 0;
            parts.forEach(part -> part.hear(entry, begun));
            rows.hear(entry);
        }
    }

    private @Nullable Begun begun(Entry entry) {
        return switch (entry.kind()) {
            case "call.opened" -> {
                open.opened(entry);
                yield null;
            }
            // Refused after all: its opening was stored too late for whoever waited for it.
            case "call.closed", "call.refused" -> open.closed(entry);
            default -> null;
        };
    }

    @Override
    public void confirmed(String whose, SignedNote head) {
        log(whose).confirmed(head);
    }

    private LogFigures log(String whose) {
        return logs.computeIfAbsent(whose, each -> new LogFigures(each, period));
    }

    private void endTenant() {
        unfinished += open.unfinished(period);
        tooMany += open.lost();
        open = new OpenCalls();
    }

    /** How many records lie in the period. */
    public long records() {
        return logs.values().stream().mapToLong(LogFigures::within).sum();
    }

    /** All that was counted; to be asked once, after the verification. */
    public ObjectNode figures() {
        endTenant();
        ObjectNode figures = JsonMapper.shared().createObjectNode();
        ObjectNode records = figures.putObject("records");
        records.put("in_period", records());
        records.set("by_kind", kinds.json());
        parts.forEach(part -> part.write(figures));
        gaps(figures);
        retention(figures);
        rows.write(figures);
        return figures;
    }

    private void gaps(ObjectNode figures) {
        ObjectNode gaps = figures.putObject("gaps");
        gaps.put("opened_without_close", unfinished)
                .put("calls_too_many_to_follow", tooMany)
                .put("server_started", kinds.of("server.started"))
                .put("server_stopped", kinds.of("server.stopped"))
                .put("server_lost", kinds.of("server.lost"))
                .put("clock_set_back", kinds.of("clock.set_back"))
                .put("truncated_records", truncated)
                .put("unreadable_records", unreadable);
    }

    private void retention(ObjectNode figures) {
        ObjectNode retention = figures.putObject("retention");
        Instant oldest = logs.values().stream()
                .map(LogFigures::oldest)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
        boolean whole = logs.values().stream().allMatch(LogFigures::isWhole);
        retention.put("floor_days", FLOOR_DAYS).put("complete_from_first_record", whole);
        if (oldest != null) {
            retention.put("oldest_record", oldest.toString());
        }
        ArrayNode all = figures.putArray("logs");
        logs.values().forEach(log -> log.write(all.addObject()));
    }

    /** The tenants whose records were read. */
    public Set<String> tenants() {
        return Set.copyOf(new ArrayList<>(logs.keySet()));
    }
}
