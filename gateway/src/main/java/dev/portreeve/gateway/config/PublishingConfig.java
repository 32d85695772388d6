package dev.portreeve.gateway.config;

/**
 * How rules are published while the gateway runs.
 *
 * @param secondPerson whether a draft is published by somebody else than its author
 */
public record PublishingConfig(@Default("false") boolean secondPerson) {}
