package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;

/**
 * A complete definition as a server sent it.
 *
 * @param name the tool's own name there
 * @param hash SHA-256 (hex) of the canonical form of everything in it
 */
public record Definition(String name, String hash, RawJson body) {}
