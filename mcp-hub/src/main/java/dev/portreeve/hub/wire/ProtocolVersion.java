package dev.portreeve.hub.wire;

import java.util.List;

/** The protocol revisions the hub speaks, on both faces. Revisions are dates, so later ones compare greater. */
public final class ProtocolVersion {
    /** Stateless: every request says its version and the caller's capabilities. */
    public static final String MODERN = "2026-07-28";
    /** The newest revision that begins with {@code initialize}. */
    public static final String LEGACY = "2025-11-25";

    /** Offered to modern callers. */
    public static final List<String> MODERN_ALL = List.of(MODERN);
    /** Accepted in {@code initialize}, newest first. */
    public static final List<String> LEGACY_ALL = List.of(LEGACY, "2025-06-18", "2025-03-26");

    private ProtocolVersion() {}

    /** Whether a version, known or not, belongs to the stateless era. */
    public static boolean isModern(String version) {
        return version.matches("\\d{4}-\\d{2}-\\d{2}") && version.compareTo(MODERN) >= 0;
    }
}
