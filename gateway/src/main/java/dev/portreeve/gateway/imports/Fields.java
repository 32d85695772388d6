package dev.portreeve.gateway.imports;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One server's keys in a file. It remembers which were asked for, so that what nobody asked for can be reported: nothing is
 * left out in silence.
 */
final class Fields {
    private static final int MAX_ITEMS = 1000;
    private static final BigDecimal LONGEST_SECONDS = new BigDecimal(24 * 60 * 60);
    private final SourceText source;
    private final Remarks remarks;
    private final String server;
    private final String path;
    private final JsonNode node;
    private final Set<String> asked = new HashSet<>();

    /** @throws dev.portreeve.gateway.config.BadConfig it is not an object */
    Fields(SourceText source, Remarks remarks, String server, String path, JsonNode node) {
        if (!node.isObject()) {
            throw source.problem(path, "expected an object");
        }
        this.source = source;
        this.remarks = remarks;
        this.server = server;
        this.path = path;
        this.node = node;
    }

    String path() {
        return path;
    }

    String path(String key) {
        return path + "." + key;
    }

    boolean has(String key) {
        return node.has(key) && !node.path(key).isNull();
    }

    @Nullable
    String text(String key) {
        asked.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isString()) {
            throw source.problem(path(key), "expected text");
        }
        return value.asString();
    }

    boolean flag(String key, boolean otherwise) {
        asked.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw source.problem(path(key), "expected true or false");
        }
        return value.asBoolean();
    }

    /** A duration in some unit, or {@code null} where it is absent or makes no sense, which is remarked. */
    @Nullable
    Duration time(String key, BigDecimal secondsPerUnit) {
        asked.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        BigDecimal seconds = value.isNumber() ? value.decimalValue().multiply(secondsPerUnit) : BigDecimal.ZERO;
        if (seconds.signum() <= 0 || seconds.compareTo(LONGEST_SECONDS) > 0) {
            remark(key, "is no time-out between 0 and 24 hours; the gateway's own is used");
            return null;
        }
        return Duration.ofMillis(seconds.movePointRight(3).longValue());
    }

    List<String> texts(String key) {
        asked.add(key);
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > MAX_ITEMS) {
            throw source.problem(path(key), "expected a list of at most " + MAX_ITEMS + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            texts.add(scalar(key, item));
        }
        return texts;
    }

    Map<String, String> map(String key) {
        asked.add(key);
        JsonNode value = node.path(key);
        Map<String, String> map = new LinkedHashMap<>();
        if (value.isMissingNode() || value.isNull()) {
            return map;
        }
        if (!value.isObject() || value.size() > MAX_ITEMS) {
            throw source.problem(path(key), "expected an object with at most " + MAX_ITEMS + " texts");
        }
        value.forEachEntry((name, item) -> map.put(name, scalar(key + "." + name, item)));
        return map;
    }

    private String scalar(String key, JsonNode item) {
        if (item.isContainer() || item.isNull()) {
            throw source.problem(path(key), "expected text");
        }
        return item.asString();
    }

    /** A key that is known and cannot be carried over: remarked if it is there. */
    void cannot(String key, String what) {
        asked.add(key);
        if (has(key)) {
            remark(key, what);
        }
    }

    /** A key that means nothing to a gateway. */
    void passOver(String... keys) {
        asked.addAll(List.of(keys));
    }

    void remark(String key, String what) {
        remarks.add(server, key.isEmpty() ? path : path(key), what);
    }

    /** Remarks every key that nobody asked for. */
    void rest() {
        node.forEachEntry((key, value) -> {
            if (!asked.contains(key)) {
                remark(key, "not known to the import, so not carried over");
            }
        });
    }
}
