package dev.portreeve.policy.access;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The condition function {@code path.under(path, root)}: whether a path stays inside a folder, whoever reads it. What one reader would find
 * inside and another outside is an error, which counts against the caller, whether the rule allows what is inside or forbids it: {@code ..} in
 * any spelling (percent-encoded once or often, with backslashes, in full-width characters), NUL and other control characters, names that differ
 * by how they are encoded or by case only, and relative paths under an absolute root.
 */
final class PathScope {
    /** Encodings of encodings; a path that still changes after these is not worth understanding. */
    private static final int MAX_DECODINGS = 4;

    private PathScope() {}

    /**
     * @throws IllegalArgumentException if readers would not agree, or if the root itself is doubtful, which is a mistake in the rule
     */
    static boolean isUnder(String path, String root) {
        List<String> base = segments(root);
        if (base == null) {
            throw new IllegalArgumentException("the root of path.under must be a plain path");
        }
        boolean inside = isInside(path, root, base);
        String current = path;
        for (int i = 0; i <= MAX_DECODINGS; i++) {
            // As it is written, too: who takes a percent sign for one opens another folder than who decodes it.
            if (isInside(current, root, base) != inside
                    || isInside(folded(current), folded(root), segments(folded(root))) != inside) {
                throw doubtful();
            }
            String next = current.indexOf('%') < 0 ? current : decodeOnce(current);
            if (next == null) {
                throw doubtful();
            }
            if (next.equals(current)) {
                return inside;
            }
            current = next;
        }
        throw doubtful();
    }

    private static IllegalArgumentException doubtful() {
        return new IllegalArgumentException(
                "the path is written so that not everybody would find it in the same folder");
    }

    /** As a system reads it that folds look-alike characters, or knows no difference between small and capital letters. */
    private static String folded(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
    }

    private static boolean isInside(String path, String root, @Nullable List<String> base) {
        List<String> steps = segments(path);
        if (base == null || steps == null || isAbsolute(path) != isAbsolute(root)) {
            throw doubtful();
        }
        return steps.size() >= base.size() && steps.subList(0, base.size()).equals(base);
    }

    private static boolean isAbsolute(String path) {
        return path.startsWith("/") || path.startsWith("\\");
    }

    /** The names along a path, or null if one of them is not plain. Two slashes and {@code .} mean nothing. */
    private static @Nullable List<String> segments(String path) {
        if (path.chars().anyMatch(Character::isISOControl)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (String name : path.replace('\\', '/').split("/")) {
            // Some systems drop blanks and dots at the end of a name, so ".. " and "..." are no names either.
            String bare = name.strip();
            boolean dots = !bare.isEmpty() && bare.chars().allMatch(c -> c == '.');
            if (dots && bare.length() > 1) {
                return null;
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    /** Takes percent-encoding off once; null if that does not give text. */
    private static @Nullable String decodeOnce(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low >= 0) {
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(bytes[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            // Overlong forms and stray bytes: some reader may take them for dots or slashes.
            return null;
        }
    }
}
