package dev.portreeve.policy.call;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The arguments of a tool call: the bytes the caller sent, which go upstream, and their canonical form, which rules, people and
 * digests read. Immutable; nobody may change the arrays it hands out.
 *
 * <p>Text no two readers would agree on is refused when it is parsed: keys that stand twice, half surrogate pairs, bad UTF-8, nesting beyond
 * 64, and anything that is not an object.
 */
public final class Arguments {
    /** The largest arguments a call may have. */
    public static final int MAX_BYTES = 1 << 20;

    /** A call without arguments. */
    public static final Arguments NONE = read("{}".getBytes(StandardCharsets.UTF_8));

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final JsonPaths ALL_STRINGS = JsonPaths.of("/**");

    private final byte[] raw;
    private final byte[] canonical;
    private final String digest;

    /** What came of parsing: usable arguments, or what is wrong with them. */
    public sealed interface Parsed {}

    /** The bytes are a JSON object all readers agree on. */
    public record Valid(Arguments arguments) implements Parsed {}

    /** The bytes are refused; the edge answers with the problem's message. */
    public record Invalid(JsonProblem problem) implements Parsed {}

    private Arguments(byte[] raw, byte[] canonical) {
        this.raw = raw;
        this.canonical = canonical;
        this.digest = HexFormat.of().formatHex(sha256(canonical));
    }

    /** Reads arguments of at most {@link #MAX_BYTES}. */
    public static Parsed parse(byte[] raw) {
        return parse(raw, MAX_BYTES);
    }

    /** Reads arguments of at most {@code maxBytes}. */
    public static Parsed parse(byte[] raw, int maxBytes) {
        if (raw.length > maxBytes) {
            return new Invalid(new JsonProblem(JsonProblem.Kind.TOO_LARGE, maxBytes));
        }
        try {
            return new Valid(read(raw));
        } catch (MalformedJson e) {
            return new Invalid(e.problem());
        }
    }

    private static Arguments read(byte[] raw) {
        byte[] canonical = CanonicalJson.of(raw);
        if (canonical[0] != '{') {
            throw new MalformedJson(JsonProblem.Kind.NOT_AN_OBJECT, 0);
        }
        return new Arguments(raw, canonical);
    }

    /** The bytes as they were sent. */
    public byte[] raw() {
        return raw;
    }

    /** The canonical form ({@link CanonicalJson}); equal for two texts exactly when they denote the same value. */
    public byte[] canonical() {
        return canonical;
    }

    /** The names of all arguments, without what is inside them. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), canonical)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                names.add(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        }
        return names;
    }

    /** SHA-256 of the canonical form, in hex. */
    public String digest() {
        return digest;
    }

    /**
     * Every string value in document order, each in a channel of its own named by its JSON Pointer. Keys and numbers are not
     * texts: a guardrail cannot rewrite them without changing what is called.
     */
    public List<TextRun> texts() {
        List<TextRun> runs = new ArrayList<>();
        for (JsonTexts.Text text : JsonTexts.find(raw, ALL_STRINGS).texts()) {
            runs.add(new TextRun(text.pointer(), text.value()));
        }
        return List.copyOf(runs);
    }

    /**
     * The same arguments with their strings replaced one by one; all other bytes stay. Returns this object if nothing
     * changed.
     *
     * @param texts as many, in the same order, as {@link #texts()} gave
     */
    public Arguments withTexts(List<TextRun> texts) {
        byte[] spliced = JsonTexts.find(raw, ALL_STRINGS)
                .with(texts.stream().map(TextRun::text).toList());
        return Arrays.equals(spliced, raw) ? this : read(spliced);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Arguments that && MessageDigest.isEqual(canonical, that.canonical);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    /** Only the digest: arguments may hold anything, and this may end in a log (INV-7). */
    @Override
    public String toString() {
        return "Arguments[sha256=" + digest + "]";
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
