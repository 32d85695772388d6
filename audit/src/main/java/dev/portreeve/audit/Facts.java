package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The members of a record, kept in the order RFC 8785 demands (UTF-16 units, which is {@code String.compareTo}).
 *
 * <p>Restricted on purpose: strings, booleans, integers within ±(2^53−1), objects and arrays of these. Money is a
 * decimal string, a time an RFC 3339 string. Not thread-safe; a call's facts are built on the call's own thread.
 */
public final class Facts {
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;
    private final TreeMap<String, Object> members = new TreeMap<>();
    private LeafWriter.@Nullable Body rendered;

    /**
     * Writes them out for their record now, on the thread that made them: what it has at hand the journal's one thread would have to fetch
     * from all over the memory. Nothing is put into what is in them from here on.
     */
    Facts render() {
        rendered = LeafWriter.body(members);
        return this;
    }

    /** What {@link #render} wrote, if it was called. */
    LeafWriter.@Nullable Body rendered() {
        return rendered;
    }

    /** Sets a member; a later value for the same name replaces the earlier. */
    public Facts put(String name, String value) {
        return set(name, value);
    }

    /**
     * Sets an integer member.
     *
     * @throws IllegalArgumentException outside ±(2^53−1), which JSON readers would round
     */
    public Facts put(String name, long value) {
        if (value > MAX_SAFE_INTEGER || value < -MAX_SAFE_INTEGER) {
            throw new IllegalArgumentException("fact \"" + name + "\" is outside ±(2^53-1): write it as a string");
        }
        return set(name, value);
    }

    public Facts put(String name, boolean value) {
        return set(name, value);
    }

    public Facts put(String name, Facts value) {
        return set(name, value);
    }

    public Facts putStrings(String name, List<String> values) {
        return set(name, List.copyOf(values));
    }

    public Facts putAll(String name, List<Facts> values) {
        return set(name, List.copyOf(values));
    }

    /** As {@link #putAll}, of what is written already. */
    public Facts putWritten(String name, List<Written> values) {
        return set(name, List.copyOf(values));
    }

    /** Adds every member of {@code other}, replacing equal names. */
    public Facts include(Facts other) {
        members.putAll(other.members);
        rendered = null;
        return this;
    }

    /** Appends to the array member {@code name}, creating it. */
    public Facts add(String name, Facts value) {
        List<Object> grown = new ArrayList<>();
        if (members.get(name) instanceof List<?> values) {
            grown.addAll(values);
        }
        grown.add(value);
        return set(name, grown);
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    private Facts set(String name, Object value) {
        members.put(checked(name), value);
        rendered = null;
        return this;
    }

    /** Members are ordered by UTF-16 units, which a name without a UTF-8 form would spoil: it is written as another. */
    private static String checked(String name) {
        for (int i = 0; i < name.length(); i++) {
            char unit = name.charAt(i);
            if (Character.isSurrogate(unit) || unit < 0x20) {
                throw new IllegalArgumentException("the name of a fact holds a surrogate or a control character");
            }
        }
        return name;
    }

    SortedMap<String, Object> members() {
        return members;
    }
}
