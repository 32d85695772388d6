package dev.portreeve.audit.verify;

import dev.portreeve.audit.log.IndexRanges;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Follows one tenant's records in their order and notes what they say together: times that run backwards, calls that never end,
 * processes that never stop. Memory is bounded by what is open at once, and that by a number. For one thread.
 */
final class Chronicle {
    /**
     * How far a record's time may lie before that of a record that was committed earlier: clocks of several machines differ, and a
     * record may wait its turn.
     */
    static final Duration CLOCKS = Duration.ofMinutes(5);

    private static final int MOST_OPEN = 200_000;
    private static final int VERSION_7 = 7;
    private final String tenant;
    private final Findings findings;
    private final Map<UUID, Place> open = new LinkedHashMap<>();
    private final Map<String, Place> processes = new LinkedHashMap<>();
    private final Count unknown = new Count();
    private final Count forfeited = new Count();
    private final Count gone = new Count();
    private final Count setBack = new Count();
    private final LivedTwice livedTwice = new LivedTwice();
    private Instant latest = Instant.MIN;
    private @Nullable Place latestPlace;
    private boolean lost;
    private @Nullable Place tombstone;
    private IndexRanges dropped = IndexRanges.NONE;

    /** Where something was seen. */
    private record Place(long index, @Nullable UUID id) {}

    /** How often something was seen, and where first. */
    private static final class Count {
        private long count;
        private @Nullable Place first;

        void at(Place place) {
            count++;
            if (first == null) {
                first = place;
            }
        }
    }

    Chronicle(String tenant, Findings findings) {
        this.tenant = tenant;
        this.findings = findings;
    }

    /** The next record. */
    void see(long index, LeafMembers leaf) {
        Place place = new Place(index, leaf.id());
        time(place, leaf);
        String kind = leaf.kind();
        if (kind == null) {
            return;
        }
        UUID call = leaf.call();
        switch (kind) {
            case "call.opened" -> {
                lost |= open.size() >= MOST_OPEN;
                if (call != null && open.size() < MOST_OPEN) {
                    open.put(call, place);
                }
            }
            // Refused after all: its opening was stored too late for whoever waited for it.
            case "call.closed", "call.refused" -> {
                if (call != null) {
                    open.remove(call);
                }
                if ("unknown".equals(leaf.outcome())) {
                    unknown.at(place);
                }
            }
            case "lease.forfeited" -> forfeited.at(place);
            case "records.dropped" -> tombstone(place, leaf.dropped());
            default -> process(place, kind, leaf.process());
        }
    }

    private void process(Place place, String kind, @Nullable String process) {
        switch (kind) {
            case "server.started" -> {
                if (process != null && processes.size() < MOST_OPEN) {
                    processes.put(process, place);
                }
            }
            case "server.stopped" -> end(process);
            case "server.lost" -> {
                gone.at(place);
                end(process);
            }
            case "clock.set_back" -> setBack.at(place);
            default -> {
                // Says nothing about what is missing.
            }
        }
    }

    private void end(@Nullable String process) {
        if (process != null) {
            processes.remove(process);
        }
    }

    /** The newest time a record said so far; {@code null} if none did. */
    @Nullable
    Instant newest() {
        return latestPlace == null ? null : latest;
    }

    /** The newest one speaks for all before it. */
    private void tombstone(Place place, @Nullable String array) {
        if (array != null) {
            dropped = spans(array);
            tombstone = dropped.isEmpty() ? tombstone : place;
        }
    }

    /** The indexes in a tombstone. Of one that somebody changed nothing is believed. */
    static IndexRanges spans(String array) {
        try {
            return IndexRanges.said(Json.list(Json.readObject("{\"dropped\":" + array + "}"), "dropped"));
        } catch (IllegalArgumentException changed) {
            return IndexRanges.NONE;
        }
    }

    /**
     * After the last record: whether the log itself says that these records were dropped.
     *
     * @param missing of which only the hashes are there
     */
    void dropped(IndexRanges missing) {
        if (missing.isEmpty()) {
            return;
        }
        Place says = tombstone;
        if (says == null) {
            findings.add(
                    Finding.Kind.DROPPED,
                    tenant,
                    null,
                    null,
                    Plain.count(missing.count(), "record", "records") + " (index " + missing + ")"
                            + (missing.count() == 1 ? " was" : " were") + " dropped because their time was over, as the"
                            + " signed manifest says; their hashes verify, the record that says so is not in this bundle");
        } else if (missing.within(dropped)) {
            findings.add(
                    Finding.Kind.DROPPED,
                    tenant,
                    says.index(),
                    says.id(),
                    Plain.count(missing.count(), "record", "records") + " (index " + missing + ")"
                            + (missing.count() == 1 ? " was" : " were")
                            + " dropped because their time was over, as this"
                            + " record says; their hashes verify");
        } else {
            findings.add(
                    Finding.Kind.MISSING,
                    tenant,
                    null,
                    says.id(),
                    "missing: of the records at index " + missing + " only hashes are there, but the log says that "
                            + dropped + " were dropped");
        }
    }

    private void time(Place place, LeafMembers leaf) {
        Instant at = leaf.at();
        if (at == null) {
            return;
        }
        UUID id = leaf.id();
        if ("clock.set_back".equals(leaf.kind())) {
            livedTwice.add(at, leaf.clockBefore());
        }
        if (livedTwice.has(at)) {
            // The log itself says why it is early. What comes after the time that was shown before is compared as ever.
            return;
        }
        if (latestPlace != null && at.isBefore(latest.minus(CLOCKS))) {
            backdated(
                    place,
                    "its time is " + at + ", but the record at index " + latestPlace.index()
                            + ", which was committed before it, says " + latest);
            // Those after it are compared with it: one jump is one finding.
            latest = at;
            latestPlace = place;
        } else if (id != null && id.version() == VERSION_7 && at.isBefore(made(id).minus(CLOCKS))) {
            backdated(place, "its time is " + at + ", but its id was made at " + made(id));
        } else if (at.isAfter(latest)) {
            latest = at;
            latestPlace = place;
        }
    }

    private static Instant made(UUID id) {
        return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
    }

    private void backdated(Place place, String detail) {
        findings.add(Finding.Kind.BACKDATED, tenant, place.index(), place.id(), "back-dated: " + detail);
    }

    /** After the last record. */
    void end() {
        if (!open.isEmpty()) {
            gap(
                    Gap.Kind.UNFINISHED,
                    open.size(),
                    open.values().iterator().next(),
                    (lost ? "at least " : "") + open.size() + (open.size() == 1 ? " call was" : " calls were")
                            + " opened and not closed by the end of these records; the first is call "
                            + open.keySet().iterator().next());
        }
        gap(
                Gap.Kind.OUTCOME_UNKNOWN,
                unknown,
                Plain.count(
                        unknown.count,
                        "call was closed for a process that died: how it ended is not known",
                        "calls were closed for a process that died: how they ended is not known"));
        gap(
                Gap.Kind.LEASE_FORFEITED,
                forfeited,
                Plain.times(forfeited.count) + " a process that was gone had money set aside: it was charged");
        processes();
    }

    private void processes() {
        gap(
                Gap.Kind.PROCESS_LOST,
                gone,
                Plain.count(
                        gone.count,
                        "process ended without saying so, as others noticed",
                        "processes ended without saying so, as others noticed"));
        gap(
                Gap.Kind.CLOCK_SET_BACK,
                setBack,
                Plain.times(setBack.count)
                        + " a clock was set back: what was recorded after it may seem older than it is");
        if (!processes.isEmpty()) {
            gap(
                    Gap.Kind.NOT_STOPPED,
                    processes.size(),
                    processes.values().iterator().next(),
                    Plain.times(processes.size())
                            + " the server started and did not say that it stopped: it was killed, or it ran on");
        }
    }

    private void gap(Gap.Kind kind, Count count, String detail) {
        Place first = count.first;
        if (first != null) {
            gap(kind, count.count, first, detail);
        }
    }

    private void gap(Gap.Kind kind, long count, Place first, String detail) {
        findings.gap(new Gap(kind, tenant, count, first.index(), first.id(), detail));
    }
}
