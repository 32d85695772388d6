package dev.portreeve.gateway.price;

import dev.portreeve.policy.call.Price;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A price list of thousands of models: gzip of one line that says what it is, and then a line for each model, {@code
 * provider/model}, a tab, and its entry, in the order of the names' bytes. It is kept as text and a line is read when its
 * model is looked up, so opening it costs unpacking and no more. Immutable.
 */
public final class PriceSnapshot {
    private static final String SCHEMA = "portreeve-prices-1";
    private static final String BUILT_IN = "prices.jsonl.gz";
    private static final String BUILT_IN_NAME = "the built-in price list";
    private static final int MAX_BYTES = 32 * 1024 * 1024;

    private final byte[] text;
    private final int[] starts;
    private final String version;
    private final List<Source> sources;

    /**
     * Where amounts come from.
     *
     * @param state which state of it: a commit or a package's version
     */
    public record Source(String name, String state, String licence) {}

    private PriceSnapshot(byte[] text, String where) {
        this.text = text;
        this.starts = starts(text);
        if (starts.length == 0) {
            throw new IllegalArgumentException(where + " is empty");
        }
        JsonNode header = json(0, end(0), where);
        if (!header.path("schema").asString("").equals(SCHEMA)) {
            throw new IllegalArgumentException(where + " is not of schema " + SCHEMA);
        }
        this.version = header.path("version").asString("");
        List<Source> found = new ArrayList<>();
        for (JsonNode source : header.path("sources")) {
            found.add(new Source(
                    source.path("name").asString(""),
                    source.path("state").asString(""),
                    source.path("licence").asString("")));
        }
        this.sources = List.copyOf(found);
        if (version.isEmpty()) {
            throw new IllegalArgumentException(where + " has no version");
        }
    }

    /** The one in the program, signed by a key of the project. Read when it is first asked for; the same ever after. */
    public static PriceSnapshot builtIn() {
        return BuiltIn.SNAPSHOT;
    }

    private static PriceSnapshot readBuiltIn() {
        try (InputStream in = resource(BUILT_IN);
                InputStream note = resource(PriceSignature.noteOf(BUILT_IN))) {
            byte[] packed = in.readAllBytes();
            PriceSnapshot snapshot = unpack(packed, BUILT_IN_NAME);
            PriceSignature.of(new String(note.readAllBytes(), StandardCharsets.UTF_8), BUILT_IN_NAME)
                    .check(packed, snapshot.version(), PriceSignature.projectKeys(), BUILT_IN_NAME);
            return snapshot;
        } catch (IllegalArgumentException unsigned) {
            throw new IllegalStateException(unsigned.getMessage(), unsigned);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static InputStream resource(String name) {
        InputStream in = PriceSnapshot.class.getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("there is no " + name + " in the program");
        }
        return in;
    }

    /**
     * Reads a file's content.
     *
     * @param where what to call it in messages
     * @throws IllegalArgumentException not a snapshot, or too large
     */
    public static PriceSnapshot of(byte[] packed, String where) {
        try {
            return unpack(packed, where);
        } catch (IOException malformed) {
            throw new IllegalArgumentException(where + " is not a price list", malformed);
        }
    }

    /** Whether a file begins like one. */
    public static boolean isOne(byte[] content) {
        return content.length > 2 && content[0] == 0x1f && content[1] == (byte) 0x8b;
    }

    private static PriceSnapshot unpack(byte[] packed, String where) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            byte[] text = in.readNBytes(MAX_BYTES + 1);
            if (text.length > MAX_BYTES) {
                throw new IllegalArgumentException(where + " unpacks to more than " + MAX_BYTES + " bytes");
            }
            return new PriceSnapshot(text, where);
        }
    }

    /** Writes a list. The same entries make the same bytes. */
    public static void write(Path file, String version, List<Source> sources, Map<String, PriceEntry> entries)
            throws IOException {
        ObjectNode header = JsonMapper.shared().createObjectNode();
        header.put("schema", SCHEMA).put("version", version);
        sources.forEach(source -> header.withArray("sources")
                .addObject()
                .put("name", source.name())
                .put("state", source.state())
                .put("licence", source.licence()));
        List<String> names = new ArrayList<>(entries.keySet());
        names.sort(Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned));
        try (OutputStream out = new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
            out.write((header + "\n").getBytes(StandardCharsets.UTF_8));
            for (String name : names) {
                PriceEntry entry = Objects.requireNonNull(entries.get(name));
                out.write((name + "\t" + EntryJson.write(entry) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    public String version() {
        return version;
    }

    public List<Source> sources() {
        return sources;
    }

    /** The names of its models, in order. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        for (int line = 1; line < starts.length; line++) {
            names.add(new String(text, starts[line], tab(line) - starts[line], StandardCharsets.UTF_8));
        }
        return names;
    }

    /** The entry of {@code provider/model}, or {@code null}. */
    public @Nullable PriceEntry find(String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        int low = 1;
        int high = starts.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int tab = tab(middle);
            int order = Arrays.compareUnsigned(text, starts[middle], tab, wanted, 0, wanted.length);
            if (order == 0) {
                return EntryJson.read(json(tab + 1, end(middle), name));
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return null;
    }

    /** The price of an entry of this list. */
    public Price price(PriceEntry entry) {
        return entry.price(version);
    }

    private int tab(int line) {
        int at = starts[line];
        int end = end(line);
        while (at < end && text[at] != '\t') {
            at++;
        }
        return at;
    }

    private int end(int line) {
        return (line + 1 < starts.length ? starts[line + 1] : text.length) - 1;
    }

    private JsonNode json(int from, int to, String where) {
        try {
            return JsonMapper.shared().readTree(new String(text, from, Math.max(0, to - from), StandardCharsets.UTF_8));
        } catch (JacksonException malformed) {
            throw new IllegalArgumentException(where + " is not a price list", malformed);
        }
    }

    private static int[] starts(byte[] text) {
        int lines = 0;
        for (byte b : text) {
            lines += b == '\n' ? 1 : 0;
        }
        int[] starts = new int[lines];
        int line = 0;
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\n') {
                starts[line++] = start;
                start = i + 1;
            }
        }
        return starts;
    }

    private static final class BuiltIn {
        static final PriceSnapshot SNAPSHOT = readBuiltIn();
    }
}
