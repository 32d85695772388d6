package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The members of a record, kept in the order RFC 8785 demands (UTF-16 units, which is {@code String.compareTo}).
 *
 * <p>Restricted on purpose: strings, booleans, integers within ±(2^53−1), objects and arrays of these. Money is a
 * decimal string, a time an RFC 3339 string. Not thread-safe; a call's facts are built on the call's own thread.
 */
public final class Facts {
    private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;
    private final TreeMap<String, Object> members = new TreeMap<>();

    /** Sets a member; a later value for the same name replaces the earlier. */
    public Facts put(String name, String value) {
        members.put(checked(name), value);
        return this;
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
        members.put(checked(name), value);
        return this;
    }

    public Facts put(String name, boolean value) {
        members.put(checked(name), value);
        return this;
    }

    public Facts put(String name, Facts value) {
        members.put(checked(name), value);
        return this;
    }

    public Facts putStrings(String name, List<String> values) {
        members.put(checked(name), List.copyOf(values));
        return this;
    }

    public Facts putAll(String name, List<Facts> values) {
        members.put(checked(name), List.copyOf(values));
        return this;
    }

    /** Adds every member of {@code other}, replacing equal names. */
    public Facts include(Facts other) {
        members.putAll(other.members);
        return this;
    }

    /** Appends to the array member {@code name}, creating it. */
    public Facts add(String name, Facts value) {
        List<Object> grown = new ArrayList<>();
        if (members.get(name) instanceof List<?> values) {
            grown.addAll(values);
        }
        grown.add(value);
        members.put(checked(name), grown);
        return this;
    }

    public boolean isEmpty() {
        return members.isEmpty();
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

    Map<String, Object> members() {
        return members;
    }
}
