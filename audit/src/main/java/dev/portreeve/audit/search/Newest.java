package dev.portreeve.audit.search;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Of all entries it is given the newest that are sought and come after a place: a page. For one thread. */
final class Newest {
    private static final char SEPARATOR = '~';

    private final Sought sought;
    private final @Nullable Place place;
    private final int size;
    private final PriorityQueue<Entry> kept = new PriorityQueue<>(Entry.OLDEST_FIRST);

    private record Place(Instant at, UUID id, String kind) {}

    /**
     * @param after where the page before ended; {@code null} for none
     * @throws IllegalArgumentException if it is no such place
     */
    Newest(Sought sought, @Nullable String after, int size) {
        this.sought = sought;
        this.place = after == null ? null : place(after);
        this.size = size;
    }

    private static Place place(String after) {
        try {
            int split = after.indexOf(SEPARATOR);
            int kind = after.indexOf(SEPARATOR, split + 1);
            return new Place(
                    Instant.parse(after.substring(0, split)),
                    UUID.fromString(after.substring(split + 1, kind)),
                    after.substring(kind + 1));
        } catch (DateTimeException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "\"" + after + "\" is not a place in a search: take it from the page before", e);
        }
    }

    /** None that is wanted is newer. */
    Instant newest() {
        Instant until = sought.until() == null ? Instant.MAX : sought.until();
        return place == null || until.isBefore(place.at) ? until : place.at;
    }

    void add(List<Entry> entries) {
        entries.forEach(this::add);
    }

    void add(Entry entry) {
        if (isWantedAt(entry.at()) && isAfterPlace(entry) && sought.matches(entry)) {
            kept.add(entry);
            if (kept.size() > size) {
                kept.remove();
            }
        }
    }

    /** Whether something of that time would be in the page. */
    boolean isWantedAt(Instant at) {
        return !at.isAfter(newest()) && !isDone(at);
    }

    private boolean isAfterPlace(Entry entry) {
        if (place == null) {
            return true;
        }
        int order = entry.at().compareTo(place.at);
        order = order == 0 ? Entry.compareIds(entry.id(), place.id) : order;
        // What is said of a call when it is over stands beside it, perhaps in the same microsecond.
        return (order == 0 ? entry.kind().compareTo(place.kind) : order) < 0;
    }

    /** Whether the page is full of what is newer than that. */
    boolean isDone(Instant at) {
        Entry oldest = kept.peek();
        return kept.size() == size && oldest != null && oldest.at().isAfter(at);
    }

    PostgresSearch.Page page() {
        List<Entry> entries = new ArrayList<>(kept);
        entries.sort(Entry.OLDEST_FIRST.reversed());
        boolean last = entries.size() < size;
        return new PostgresSearch.Page(
                entries,
                last
                        ? null
                        : entries.getLast().at().toString()
                                + SEPARATOR
                                + entries.getLast().id()
                                + SEPARATOR
                                + entries.getLast().kind());
    }
}
