package dev.portreeve.audit.proof;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which tile an address below a log's prefix names (C2SP tlog-tiles): {@code tile/<L>/<N>[.p/<W>]} or {@code
 * tile/entries/<N>[.p/<W>]}.
 *
 * @param level 0 to 63, or {@link #ENTRIES}
 * @param tile the index on that level
 * @param width 1 to 255 for a partial tile, 256 for a full one
 */
public record TilePath(int level, long tile, int width) {
    /** The level of bundles of records. */
    public static final int ENTRIES = -1;

    private static final Pattern FORM = Pattern.compile(
            "tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");
    private static final int DIGITS = 1000;

    public TilePath {
        if (level < ENTRIES || level > 63 || tile < 0 || width < 1 || width > TileHashes.WIDTH) {
            throw new IllegalArgumentException("there is no such tile");
        }
    }

    /** Reads an address; {@code null} if it names no tile. */
    public static @Nullable TilePath parse(String path) {
        Matcher form = FORM.matcher(path);
        if (!form.matches()) {
            return null;
        }
        String index = form.group(2);
        long tile = Long.parseLong(index.replace("x", "").replace("/", ""));
        String partial = form.group(3);
        int width = partial == null ? TileHashes.WIDTH : Integer.parseInt(partial);
        String level = form.group(1);
        TilePath parsed = partial != null && width >= TileHashes.WIDTH
                ? null
                : new TilePath(level.equals("entries") ? ENTRIES : Integer.parseInt(level), tile, width);
        // One address for one tile: no leading x000.
        return parsed != null && parsed.toString().equals(path) ? parsed : null;
    }

    /** The address. */
    @Override
    public String toString() {
        StringBuilder index = new StringBuilder(String.format(Locale.ROOT, "%03d", tile % DIGITS));
        for (long rest = tile / DIGITS; rest > 0; rest /= DIGITS) {
            index.insert(0, String.format(Locale.ROOT, "x%03d/", rest % DIGITS));
        }
        String name = level == ENTRIES ? "entries" : Integer.toString(level);
        return "tile/" + name + "/" + index + (width < TileHashes.WIDTH ? ".p/" + width : "");
    }
}
