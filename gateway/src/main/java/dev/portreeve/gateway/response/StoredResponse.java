package dev.portreeve.gateway.response;

/**
 * A response that its provider keeps.
 *
 * @param id the provider's
 * @param member whose it is, unique in the tenant
 * @param provider who keeps it, by its id in the configuration
 * @param model the name it was called by
 * @param tokens an upper bound of what a response that goes on from it reads beside its own input
 */
public record StoredResponse(String tenant, String id, String member, String provider, String model, long tokens) {}
