package dev.portreeve.audit.search;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One facet of a block's entries in order: how many different values there are, the upper half of each one's hash in ascending order, and
 * for each entry the number of its value from 1, or 0 for none. What the values are stands elsewhere, so that looking for one reads little.
 */
final class Column {
    private static final int ONE_BYTE = 255;
    private static final int LOW = 0xff;

    private final byte[] stored;
    private final List<Value> values;

    /** A value and what speaks for it. */
    record Value(String text, long hash) {
        int shortHash() {
            return Column.shortHash(hash);
        }
    }

    private Column(byte[] stored, List<Value> values) {
        this.stored = stored;
        this.values = values;
    }

    /** Of these entries. */
    static Column of(Facet facet, List<Entry> entries) {
        Map<String, Integer> numbers = new HashMap<>();
        List<Value> values = new ArrayList<>();
        for (Entry entry : entries) {
            String value = facet.of(entry);
            if (value != null && numbers.putIfAbsent(value, 0) == null) {
                values.add(new Value(value, Presence.hash(facet, value)));
            }
        }
        values.sort(Comparator.comparingInt(Value::shortHash).thenComparing(Value::text));
        boolean wide = values.size() > ONE_BYTE;
        ByteBuffer stored =
                ByteBuffer.allocate(Short.BYTES + values.size() * Integer.BYTES + entries.size() * (wide ? 2 : 1));
        stored.putShort((short) values.size());
        for (int i = 0; i < values.size(); i++) {
            stored.putInt(values.get(i).shortHash());
            numbers.put(values.get(i).text(), i + 1);
        }
        for (Entry entry : entries) {
            String value = facet.of(entry);
            int number = value == null ? 0 : numbers.getOrDefault(value, 0);
            if (wide) {
                stored.putShort((short) number);
            } else {
                stored.put((byte) number);
            }
        }
        return new Column(stored.array(), values);
    }

    byte[] stored() {
        return stored;
    }

    /** The different values, as they are numbered. */
    List<Value> values() {
        return values;
    }

    private static int shortHash(long hash) {
        return (int) (hash >>> 32);
    }

    /** How many different values a stored column has. */
    static int different(byte[] stored) {
        return Short.toUnsignedInt(ByteBuffer.wrap(stored).getShort(0));
    }

    /** The number of an entry's value; 0 for none. */
    static int number(byte[] stored, int entry) {
        int different = different(stored);
        int codes = Short.BYTES + different * Integer.BYTES;
        return different > ONE_BYTE
                ? Short.toUnsignedInt(ByteBuffer.wrap(stored).getShort(codes + 2 * entry))
                : Byte.toUnsignedInt(stored[codes + entry]);
    }

    /**
     * Leaves of the entries those that have one of these values, and perhaps some whose value has the same hash.
     *
     * @param found the entries looked at; {@code null} for all
     */
    static BitSet find(byte[] stored, int entries, Facet facet, Collection<String> wanted, @Nullable BitSet found) {
        int different = different(stored);
        boolean[] numbers = new boolean[different + 1];
        boolean any = false;
        for (String value : wanted) {
            any |= mark(ByteBuffer.wrap(stored), different, shortHash(Presence.hash(facet, value)), numbers);
        }
        if (!any) {
            return new BitSet();
        }
        return found == null ? all(stored, entries, numbers) : among(stored, found, numbers);
    }

    /** Over millions of entries in a search, so without a call for each. */
    private static BitSet all(byte[] stored, int entries, boolean[] numbers) {
        int codes = Short.BYTES + (numbers.length - 1) * Integer.BYTES;
        boolean wide = numbers.length - 1 > ONE_BYTE;
        long[] words = new long[(entries + Long.SIZE - 1) / Long.SIZE];
        for (int i = 0; i < entries; i++) {
            int place = codes + (wide ? 2 * i : i);
            int number = wide ? ((stored[place] & LOW) << Byte.SIZE) | (stored[place + 1] & LOW) : stored[place] & LOW;
            if (numbers[number]) {
                words[i / Long.SIZE] |= 1L << i;
            }
        }
        return BitSet.valueOf(words);
    }

    private static BitSet among(byte[] stored, BitSet found, boolean[] numbers) {
        BitSet matching = new BitSet();
        for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
            if (numbers[number(stored, i)]) {
                matching.set(i);
            }
        }
        return matching;
    }

    /** False if no value has that hash. */
    private static boolean mark(ByteBuffer buffer, int different, int hash, boolean[] numbers) {
        int low = 0;
        int high = different;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (buffer.getInt(Short.BYTES + middle * Integer.BYTES) < hash) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        int end = low;
        while (end < different && buffer.getInt(Short.BYTES + end * Integer.BYTES) == hash) {
            end++;
            numbers[end] = true;
        }
        return end > low;
    }
}
