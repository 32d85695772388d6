/**
 * Where models are: from the name a caller uses to a provider, its price, and the bytes of its answer.
 *
 * <p>Read {@link dev.portreeve.gateway.model.ModelRouter}, then {@link dev.portreeve.gateway.model.ModelProvider} and one of
 * its two adapters.
 */
@NullMarked
package dev.portreeve.gateway.model;

import org.jspecify.annotations.NullMarked;
