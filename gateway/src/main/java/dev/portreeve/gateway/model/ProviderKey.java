package dev.portreeve.gateway.model;

/**
 * One of several keys of a provider.
 *
 * @param name in records; never the key itself (INV-7)
 * @param weight its part of the calls
 * @param keeps whether responses that the provider keeps are found through it
 * @param provider the provider, by this key
 */
public record ProviderKey(String name, int weight, boolean keeps, ModelProvider provider) {}
