package dev.portreeve.gateway.imports.litellm;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value of the file that knows where it stands. What is asked for as something that it is not is empty: who reads it says so.
 *
 * @param text of a scalar; {@code null} for lists, maps and nothing
 */
record Value(int line, String path, @Nullable String text, List<Value> list, Map<String, Value> map, boolean isList) {
    static Value nothing(int line, String path) {
        return new Value(line, path, null, List.of(), Map.of(), false);
    }

    boolean isMap() {
        return !map.isEmpty();
    }

    boolean isNothing() {
        return text == null && list.isEmpty() && map.isEmpty();
    }

    Value get(String key) {
        return map.getOrDefault(key, nothing(line, path + "." + key));
    }

    boolean has(String key) {
        return map.containsKey(key) && !get(key).isNothing();
    }

    Optional<String> string() {
        return Optional.ofNullable(text).filter(one -> !one.isBlank()).map(String::strip);
    }

    Optional<BigDecimal> number() {
        try {
            // An exponent of millions would be a number of millions of digits.
            return string().filter(one -> one.length() <= 40)
                    .map(BigDecimal::new)
                    .filter(one -> Math.abs(one.scale()) <= 40);
        } catch (NumberFormatException none) {
            return Optional.empty();
        }
    }

    /** A whole number between the bounds. */
    Optional<Integer> integer(int least, int most) {
        return number().filter(one ->
                        one.compareTo(BigDecimal.valueOf(least)) >= 0 && one.compareTo(BigDecimal.valueOf(most)) <= 0)
                .map(BigDecimal::intValue);
    }

    boolean isTrue() {
        return text != null && text.strip().equalsIgnoreCase("true");
    }
}
