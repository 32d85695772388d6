package dev.portreeve.gateway.cache;

/**
 * What two requests have in common if one may get the other's answer.
 *
 * @param hash keyed, of all that makes them the same
 */
public record CacheKey(String hash) {}
