package dev.portreeve.hub.definition;

import dev.portreeve.hub.wire.RawJson;

/**
 * A complete definition as a server sent it.
 *
 * @param name what its server calls it: a name, a URI or a URI template
 * @param hash SHA-256 (hex) of the canonical form of everything in it; of a resource without its size and the time of its
 *     last change, which speak of its contents
 */
public record Definition(DefinitionKind kind, String name, String hash, RawJson body) {}
