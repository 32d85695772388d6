package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.Nullable;

/**
 * What a request of OpenAI's Responses dialect says about what its provider keeps.
 *
 * @param previous the response this one goes on from, or {@code null}
 * @param store whether the provider shall keep the response, which it does unless it is told not to
 * @param background whether the answer shall be made while nobody waits
 */
public record ResponseState(@Nullable String previous, boolean store, boolean background) {}
