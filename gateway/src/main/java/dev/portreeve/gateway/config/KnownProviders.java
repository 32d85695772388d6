package dev.portreeve.gateway.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The providers this program knows: data, read once from {@code providers.yaml} by the same strict reader as the
 * configuration. Immutable.
 */
public final class KnownProviders {
    private static final String FILE = "providers.yaml";

    private final List<KnownProvider> all;
    private final Map<String, KnownProvider> byName = new HashMap<>();

    /** The whole file. */
    record Catalogue(List<KnownProvider> providers) {}

    /** Read when first asked for, by whichever thread asks. */
    private static final class BuiltIn {
        private static final KnownProviders PROVIDERS = read();
    }

    private KnownProviders(List<KnownProvider> all) {
        this.all = List.copyOf(all);
        for (KnownProvider provider : all) {
            add(provider.id(), provider);
            provider.aliases().forEach(alias -> add(alias, provider));
        }
    }

    private void add(String name, KnownProvider provider) {
        if (byName.put(name, provider) != null) {
            throw new IllegalArgumentException("provider \"" + name + "\" is known twice");
        }
    }

    /** Those in the program. */
    public static KnownProviders builtIn() {
        return BuiltIn.PROVIDERS;
    }

    private static KnownProviders read() {
        try (InputStream in = KnownProviders.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the list of providers is not in the program");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @throws BadConfig with every mistake of the text */
    static KnownProviders parse(String text) {
        Problems problems = new Problems(FILE);
        Interpolation nothing = new Interpolation(name -> null, Path.of(""));
        Catalogue catalogue = new RecordMapper(nothing, problems).map(YamlText.compose(text), Catalogue.class);
        problems.throwIfAny();
        return new KnownProviders(catalogue == null ? List.of() : catalogue.providers());
    }

    /** All, by id. */
    public List<KnownProvider> all() {
        return all;
    }

    /** The provider of an id or alias, or {@code null}. */
    public @Nullable KnownProvider find(String name) {
        return byName.get(name);
    }

    /** The end of a message about a name that is not known: the nearest known one. */
    public String hint(String name) {
        return Spelling.hint(name, byName.keySet());
    }
}
