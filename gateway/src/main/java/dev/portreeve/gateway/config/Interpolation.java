package dev.portreeve.gateway.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces {@code ${VAR}}, {@code ${VAR:-default}} and {@code ${file:/path}} in the values of a file; {@code $${} stands for
 * {@code ${} itself. What was put in is never looked at again, so a variable cannot smuggle in another one.
 */
final class Interpolation {
    private static final Pattern REFERENCE = Pattern.compile("\\$(\\$?)\\{([^}]*)}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String FILE = "file:";
    private static final String DEFAULT = ":-";
    private static final int MAX_FILE_BYTES = 64 * 1024;

    /** For texts that come from elsewhere: nothing of this machine is put into them. */
    static final Interpolation NONE = new Interpolation(name -> null, Path.of(""), false);

    private final Function<String, @Nullable String> environment;
    private final Path folder;
    private final boolean resolves;

    /** @param folder what relative paths in {@code ${file:…}} are relative to */
    Interpolation(Function<String, @Nullable String> environment, Path folder) {
        this(environment, folder, true);
    }

    private Interpolation(Function<String, @Nullable String> environment, Path folder, boolean resolves) {
        this.environment = environment;
        this.folder = folder;
        this.resolves = resolves;
    }

    /** @throws IllegalArgumentException a variable is not set, a file cannot be read, or a reference makes no sense */
    String apply(String text) {
        if (text.indexOf('$') < 0) {
            return text;
        }
        Matcher matcher = REFERENCE.matcher(text);
        StringBuilder result = new StringBuilder();
        while (matcher.find()) {
            String value = matcher.group(1).isEmpty() ? resolve(matcher.group(2)) : "${" + matcher.group(2) + "}";
            matcher.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(result).toString();
    }

    Path folder() {
        return folder;
    }

    private String resolve(String reference) {
        if (!resolves) {
            throw new IllegalArgumentException(
                    "${" + reference + "} is not looked up here: write what it stands for, or $${ for a literal ${");
        }
        if (reference.startsWith(FILE)) {
            return contents(reference.substring(FILE.length()));
        }
        int split = reference.indexOf(DEFAULT);
        String name = split < 0 ? reference : reference.substring(0, split);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("${" + reference
                    + "} is neither ${VAR}, ${VAR:-default} nor ${file:/path}" + "; write $${ for a literal ${");
        }
        String value = environment.apply(name);
        if (split >= 0) {
            return value == null || value.isEmpty() ? reference.substring(split + DEFAULT.length()) : value;
        }
        if (value == null) {
            throw new IllegalArgumentException(
                    "variable " + name + " is not set; set it, or write ${" + name + ":-default}");
        }
        return value;
    }

    private String contents(String path) {
        try (InputStream in = Files.newInputStream(folder.resolve(path))) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("file \"" + path + "\" is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException | InvalidPathException unreadable) {
            throw new IllegalArgumentException("file \"" + path + "\" cannot be read", unreadable);
        }
    }
}
