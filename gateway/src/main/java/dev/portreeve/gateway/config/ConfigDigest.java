package dev.portreeve.gateway.config;

import dev.portreeve.policy.call.Secret;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Digests of a configuration as it is in force, defaults included: equal where it means the same, however its file is written.
 *
 * @param whole SHA-256 over those of all sections, in hex
 * @param sections of each of the file's sections, by its key
 */
public record ConfigDigest(String whole, SortedMap<String, String> sections) {
    /** Names the digest of all in {@link #text()}; no section is called so. */
    public static final String WHOLE = "*";

    /**
     * @param secrets stands for a secret; must not give it away
     */
    public static ConfigDigest of(GatewayConfig config, Function<Secret, String> secrets) {
        TreeMap<String, String> sections = new TreeMap<>();
        StringBuilder all = new StringBuilder();
        for (RecordComponent section : GatewayConfig.class.getRecordComponents()) {
            String digest = sha256(written(value(config, section), secrets));
            sections.put(RecordMapper.key(section), digest);
        }
        sections.forEach(
                (name, digest) -> all.append(name).append(' ').append(digest).append('\n'));
        return new ConfigDigest(sha256(all.toString()), sections);
    }

    /** A line for each digest: name, space, digest. */
    public String text() {
        StringBuilder lines = new StringBuilder(WHOLE + " " + whole + "\n");
        sections.forEach(
                (name, digest) -> lines.append(name).append(' ').append(digest).append('\n'));
        return lines.toString();
    }

    /** A value so that no two that differ are written alike, and sets and maps always in the same order. */
    private static String written(@Nullable Object value, Function<Secret, String> secrets) {
        return switch (value) {
            case null -> "-";
            case Secret secret -> "s" + secrets.apply(secret);
            case Set<?> set ->
                set.stream()
                        .map(each -> written(each, secrets))
                        .sorted()
                        .toList()
                        .toString();
            case Collection<?> list -> joined(list.stream().map(each -> written(each, secrets)));
            case Map<?, ?> map ->
                joined(map.entrySet().stream()
                        .map(each -> written(each.getKey(), secrets) + written(each.getValue(), secrets))
                        .sorted());
            case Record record ->
                joined(Stream.of(record.getClass().getRecordComponents())
                        .map(each -> each.getName() + "=" + written(value(record, each), secrets)));
            default -> {
                String text = value.toString();
                yield text.length() + ":" + text;
            }
        };
    }

    private static String joined(Stream<String> parts) {
        List<String> all = parts.toList();
        return all.size() + "(" + String.join(",", all) + ")";
    }

    private static @Nullable Object value(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException unreadable) {
            throw new IllegalStateException("a record's component cannot be read: " + component, unreadable);
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }
}
