package dev.portreeve.hub.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON value as the bytes it was sent in. What the hub forwards stays in this form, so unknown members, member order
 * and the text of numbers survive; only what must be looked at is ever parsed. Immutable by convention: nobody writes to
 * the array. Safe for any thread.
 */
public final class RawJson {
    public static final RawJson EMPTY_OBJECT = of("{}");

    private final byte[] bytes;
    private final int from;
    private final int to;
    private volatile @Nullable Map<String, RawJson> members;

    private RawJson(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** A whole array that is one JSON value; not checked here, only when it is looked into. */
    public static RawJson of(byte[] bytes) {
        return new RawJson(bytes, 0, bytes.length);
    }

    public static RawJson of(String json) {
        return of(json.getBytes(StandardCharsets.UTF_8));
    }

    public static RawJson of(JsonNode node) {
        return of(JsonBytes.write(node));
    }

    /** A JSON string. */
    public static RawJson string(String text) {
        return of(JsonNodeFactory.instance.stringNode(text));
    }

    /** An array of elements that are JSON already. */
    public static RawJson array(List<RawJson> elements) {
        return of(elements.stream().map(RawJson::toString).collect(Collectors.joining(",", "[", "]")));
    }

    /** An object of members that are JSON already. */
    public static RawJson object(Map<String, RawJson> members) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int separator = '{';
        for (Map.Entry<String, RawJson> member : members.entrySet()) {
            out.write(separator);
            string(member.getKey()).writeTo(out);
            out.write(':');
            member.getValue().writeTo(out);
            separator = ',';
        }
        if (members.isEmpty()) {
            out.write('{');
        }
        out.write('}');
        return of(out.toByteArray());
    }

    public int length() {
        return to - from;
    }

    public byte[] toBytes() {
        return from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
    }

    public void writeTo(ByteArrayOutputStream out) {
        out.write(bytes, from, to - from);
    }

    public boolean isObject() {
        return first() == '{';
    }

    public boolean isArray() {
        return first() == '[';
    }

    public boolean isString() {
        return first() == '"';
    }

    /** Whether this is {@code true}; anything else is not. */
    public boolean isTrue() {
        return toString().equals("true");
    }

    private int first() {
        for (int i = from; i < to; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t' && bytes[i] != '\r' && bytes[i] != '\n') {
                return bytes[i];
            }
        }
        return -1;
    }

    /** The text of a JSON string; empty if this is anything else. */
    public Optional<String> asString() {
        if (!isString()) {
            return Optional.empty();
        }
        try (JsonParser parser = JsonBytes.parser(bytes, from, to - from)) {
            parser.nextToken();
            return Optional.of(parser.getString());
        } catch (JacksonException malformed) {
            throw BadMessage.notJson(malformed);
        }
    }

    /**
     * The members of an object, in order, each as its own bytes. One pass over the bytes, once; the whole of the value is
     * checked on the way. Unmodifiable.
     *
     * @throws BadMessage if this is no well-formed JSON object, or holds a member twice
     */
    public Map<String, RawJson> members() {
        Map<String, RawJson> known = members;
        if (known == null) {
            known = Collections.unmodifiableMap(readMembers());
            members = known;
        }
        return known;
    }

    private Map<String, RawJson> readMembers() {
        Map<String, RawJson> found = new LinkedHashMap<>();
        try (JsonParser parser = JsonBytes.parser(bytes, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw BadMessage.invalid("expected a json object");
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                found.put(name, value(parser));
            }
            if (parser.nextToken() != null) {
                throw BadMessage.notJson("there is more after the json object");
            }
        } catch (JacksonException malformed) {
            throw BadMessage.notJson(malformed);
        }
        return found;
    }

    /**
     * The elements of an array, each as its own bytes.
     *
     * @throws BadMessage if this is no well-formed JSON array
     */
    public List<RawJson> elements() {
        List<RawJson> elements = new ArrayList<>();
        try (JsonParser parser = JsonBytes.parser(bytes, from, to - from)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw BadMessage.invalid("expected a json array");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(value(parser));
            }
            if (parser.nextToken() != null) {
                throw BadMessage.notJson("there is more after the json array");
            }
        } catch (JacksonException malformed) {
            throw BadMessage.notJson(malformed);
        }
        return elements;
    }

    private RawJson value(JsonParser parser) {
        int start = offset(parser.currentTokenLocation().getByteOffset());
        parser.skipChildren();
        parser.finishToken();
        return new RawJson(bytes, start, offset(parser.currentLocation().getByteOffset()));
    }

    /** The member of an object, or {@code null} if there is none or this is no object. */
    public @Nullable RawJson member(String name) {
        return isObject() ? members().get(name) : null;
    }

    private int offset(long inParser) {
        if (inParser < 0) {
            // The parser found another encoding than UTF-8, for which it knows no byte offsets.
            throw BadMessage.notJson("json must be sent as utf-8");
        }
        return from + (int) inParser;
    }

    /** A fresh tree of this value, which the caller may change. */
    public JsonNode tree() {
        return JsonBytes.tree(bytes, from, to - from);
    }

    /** A fresh tree of this object; empty if it is anything else. */
    public Optional<ObjectNode> objectTree() {
        return isObject() && tree() instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RawJson that && Arrays.equals(bytes, from, to, that.bytes, that.from, that.to);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toBytes());
    }

    /** The JSON text. Callers' and servers' contents: not for logs. */
    @Override
    public String toString() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
