package dev.portreeve.gateway.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The providers this program knows: data, read from {@code providers.yaml} by the same strict reader as the configuration. An
 * entry is read when it is first asked for, because reading all of them takes longer than the rest of a start's
 * configuration; where entries begin is found by the form the file has, which its test holds it to. Thread-safe.
 */
public final class KnownProviders {
    private static final String FILE = "providers.yaml";
    private static final Pattern ENTRY = Pattern.compile("^ {2}- id: \"?([^\"\\n]+?)\"?$", Pattern.MULTILINE);
    private static final Pattern ALIASES = Pattern.compile("^ {4}aliases: \\[([^]]*)]$", Pattern.MULTILINE);

    private final List<String> ids;
    private final Map<String, String> entries;
    private final Map<String, String> idsByName;
    private final Map<String, KnownProvider> read = new ConcurrentHashMap<>();

    /** The whole file, or as much of it as is read at once. */
    record Catalogue(List<KnownProvider> providers) {}

    /** Indexed when first asked for, by whichever thread asks. */
    private static final class BuiltIn {
        private static final KnownProviders PROVIDERS = index(text());
    }

    private KnownProviders(List<String> ids, Map<String, String> entries, Map<String, String> idsByName) {
        this.ids = List.copyOf(ids);
        this.entries = Map.copyOf(entries);
        this.idsByName = Map.copyOf(idsByName);
    }

    /** Those in the program. */
    public static KnownProviders builtIn() {
        return BuiltIn.PROVIDERS;
    }

    private static String text() {
        try (InputStream in = KnownProviders.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the list of providers is not in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @throws IllegalArgumentException if two entries have one name */
    static KnownProviders index(String text) {
        List<String> ids = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        Matcher entry = ENTRY.matcher(text);
        while (entry.find()) {
            ids.add(entry.group(1));
            starts.add(entry.start());
        }
        starts.add(text.length());
        Map<String, String> entries = new HashMap<>();
        Map<String, String> idsByName = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            String source = text.substring(starts.get(i), starts.get(i + 1));
            entries.put(id, source);
            add(idsByName, id, id);
            Matcher aliases = ALIASES.matcher(source);
            if (aliases.find()) {
                for (String alias : aliases.group(1).split(",", -1)) {
                    add(idsByName, alias.strip(), id);
                }
            }
        }
        return new KnownProviders(ids, entries, idsByName);
    }

    private static void add(Map<String, String> idsByName, String name, String id) {
        if (idsByName.put(name, id) != null) {
            throw new IllegalArgumentException("provider \"" + name + "\" is known twice");
        }
    }

    /** @throws BadConfig with every mistake of the text */
    static List<KnownProvider> parse(String text) {
        Problems problems = new Problems(FILE);
        Interpolation nothing = new Interpolation(name -> null, Path.of(""));
        Catalogue catalogue = new RecordMapper(nothing, problems).map(YamlText.compose(text), Catalogue.class);
        problems.throwIfAny();
        return catalogue == null ? List.of() : catalogue.providers();
    }

    /** All, by id; reads every entry that was not asked for yet. */
    public List<KnownProvider> all() {
        return ids.stream().map(this::read).toList();
    }

    /** The provider of an id or alias, or {@code null}. */
    public @Nullable KnownProvider find(String name) {
        String id = idsByName.get(name);
        return id == null ? null : read(id);
    }

    private KnownProvider read(String id) {
        return read.computeIfAbsent(
                id, asked -> parse("providers:\n" + entries.get(asked)).getFirst());
    }

    /** The end of a message about a name that is not known: the nearest known one. */
    public String hint(String name) {
        return Spelling.hint(name, idsByName.keySet());
    }
}
