package dev.portreeve.hub.catalog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The names callers see: {@code slug__tool}, at most 64 of {@code [A-Za-z0-9_-]}, because strict hosts take no others. A
 * name that does not fit is cleaned, cut, and ends in a hash of the whole, so it is the same every time and never
 * another tool's.
 */
final class ToolName {
    static final int MAX_CHARS = 64;
    private static final String SEPARATOR = "__";
    private static final int HASH_CHARS = 10;
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]{1," + MAX_CHARS + "}");
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_-]");

    private ToolName() {}

    static String of(String slug, String tool) {
        return safe(slug + SEPARATOR + tool);
    }

    /** The name where only one server's tools are, which need no prefix. */
    static String ofOneServer(String tool) {
        return safe(tool);
    }

    /** Whether strict hosts take the name as it is. */
    static boolean isSafe(String name) {
        return SAFE.matcher(name).matches();
    }

    private static String safe(String whole) {
        if (isSafe(whole)) {
            return whole;
        }
        String clean = UNSAFE.matcher(whole).replaceAll("_");
        int keep = MAX_CHARS - HASH_CHARS - 1;
        return clean.substring(0, Math.min(keep, clean.length())) + "_" + hash(whole);
    }

    /** The slug in a name, or the whole if it has none. */
    static String slug(String name) {
        int end = name.indexOf(SEPARATOR);
        return end < 0 ? name : name.substring(0, end);
    }

    private static String hash(String whole) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }
}
