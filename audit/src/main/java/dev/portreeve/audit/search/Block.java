package dev.portreeve.audit.search;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one tenant as they are stored: sorted by time and id, a column for each facet.
 *
 * @param times of the first entry in microseconds since 1970, then for each what is between it and the one before: numbers of seven bits a
 *     byte, the lowest first
 * @param ids of 16 bytes each
 * @param names of each facet in turn the values, each the length in two bytes and UTF-8
 * @param columns as {@link Column} has them
 */
record Block(int entries, byte[] times, byte[] ids, byte[] names, Map<Facet, byte[]> columns) {
    private static final int ID_BYTES = 16;
    private static final int SEVEN = 7;
    private static final int LOW = 0x7f;
    private static final int MORE = 0x80;

    /** A block and what stands beside it to find it. */
    record Found(Block block, Instant first, Instant last, byte[] presence) {}

    /** Of these, at least one, in any order. */
    static Found of(List<Entry> unsorted) {
        List<Entry> entries = new ArrayList<>(unsorted);
        entries.sort(Entry.OLDEST_FIRST);
        ByteBuffer ids = ByteBuffer.allocate(entries.size() * ID_BYTES);
        ByteArrayOutputStream times = new ByteArrayOutputStream(entries.size() * 4);
        long before = 0;
        for (Entry entry : entries) {
            ids.putLong(entry.id().getMostSignificantBits()).putLong(entry.id().getLeastSignificantBits());
            long micros = micros(entry.at());
            write(times, micros - before);
            before = micros;
        }
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        Map<Facet, byte[]> columns = new EnumMap<>(Facet.class);
        List<Column> paired = new ArrayList<>();
        List<Long> hashes = new ArrayList<>();
        for (Facet facet : Facet.values()) {
            Column column = Column.of(facet, entries);
            columns.put(facet, column.stored());
            if (facet.isPaired()) {
                for (Column other : paired) {
                    addPairs(other, column, entries.size(), hashes);
                }
                paired.add(column);
            }
            for (Column.Value value : column.values()) {
                hashes.add(value.hash());
                byte[] text = value.text().getBytes(StandardCharsets.UTF_8);
                names.write(text.length >>> Byte.SIZE);
                names.write(text.length);
                names.writeBytes(text);
            }
        }
        return new Found(
                new Block(entries.size(), times.toByteArray(), ids.array(), names.toByteArray(), columns),
                entries.getFirst().at(),
                entries.getLast().at(),
                Presence.of(hashes));
    }

    private static void addPairs(Column first, Column second, int entries, List<Long> hashes) {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < entries; i++) {
            int one = Column.number(first.stored(), i);
            int other = Column.number(second.stored(), i);
            if (one > 0 && other > 0 && seen.add((one << Short.SIZE) | other)) {
                hashes.add(Presence.pair(
                        first.values().get(one - 1).hash(),
                        second.values().get(other - 1).hash()));
            }
        }
    }

    /** As the database keeps times. */
    static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    private static void write(ByteArrayOutputStream out, long number) {
        long rest = number;
        while ((rest & ~LOW) != 0) {
            out.write((int) (rest & LOW) | MORE);
            rest >>>= SEVEN;
        }
        out.write((int) rest);
    }

    /** Its entries, the oldest first. */
    List<Entry> all(String tenant) {
        Reading reading = read(tenant);
        List<Entry> all = new ArrayList<>(entries);
        for (int i = 0; i < entries; i++) {
            all.add(reading.entry(i));
        }
        return all;
    }

    Reading read(String tenant) {
        return new Reading(tenant);
    }

    /** The block, with what is needed to read single entries. */
    final class Reading {
        private final String tenant;
        private final long[] micros = new long[entries];
        private final int[] firstNames = new int[Facet.values().length];
        private final List<Integer> places = new ArrayList<>();
        private final @Nullable String[] texts;

        private Reading(String tenant) {
            this.tenant = tenant;
            int at = 0;
            long sum = 0;
            for (int i = 0; i < entries; i++) {
                long number = 0;
                for (int shift = 0; ; shift += SEVEN) {
                    byte next = times[at++];
                    number |= (long) (next & LOW) << shift;
                    if (next >= 0) {
                        break;
                    }
                }
                sum += number;
                micros[i] = sum;
            }
            ByteBuffer all = ByteBuffer.wrap(names);
            for (Facet facet : Facet.values()) {
                firstNames[facet.ordinal()] = places.size();
                for (int left = Column.different(column(facet)); left > 0; left--) {
                    places.add(all.position());
                    int length = Short.toUnsignedInt(all.getShort());
                    all.position(all.position() + length);
                }
            }
            texts = new String[places.size()];
        }

        int size() {
            return entries;
        }

        Instant at(int entry) {
            return Instant.EPOCH.plus(micros[entry], ChronoUnit.MICROS);
        }

        Entry entry(int entry) {
            ByteBuffer id = ByteBuffer.wrap(ids, entry * ID_BYTES, ID_BYTES);
            return new Entry(
                    tenant,
                    new UUID(id.getLong(), id.getLong()),
                    at(entry),
                    String.valueOf(value(Facet.KIND, entry)),
                    value(Facet.MEMBER, entry),
                    value(Facet.KEY, entry),
                    value(Facet.TYPE, entry),
                    value(Facet.RESOURCE, entry),
                    value(Facet.SESSION, entry),
                    value(Facet.OUTCOME, entry),
                    value(Facet.REASON, entry));
        }

        private @Nullable String value(Facet facet, int entry) {
            int number = Column.number(column(facet), entry);
            if (number == 0) {
                return null;
            }
            int name = firstNames[facet.ordinal()] + number - 1;
            String known = texts[name];
            if (known == null) {
                int place = places.get(name);
                int length = Short.toUnsignedInt(ByteBuffer.wrap(names).getShort(place));
                known = new String(names, place + Short.BYTES, length, StandardCharsets.UTF_8);
                texts[name] = known;
            }
            return known;
        }
    }

    private byte[] column(Facet facet) {
        return columns.getOrDefault(facet, new byte[Short.BYTES]);
    }
}
