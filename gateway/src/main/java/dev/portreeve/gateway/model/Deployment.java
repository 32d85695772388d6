package dev.portreeve.gateway.model;

/**
 * One place where a call can go: a model at a provider, under one of its keys.
 *
 * @param key its name in the configuration; empty where the provider has one key only
 * @param keeps whether responses that the provider keeps are found through this place
 * @param health shared by all who go there
 */
public record Deployment(ModelRoute route, String key, boolean keeps, Health health) {}
