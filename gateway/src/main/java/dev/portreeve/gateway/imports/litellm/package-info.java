/**
 * Reads LiteLLM's {@code config.yaml} and writes what it says as a configuration of ours. Whatever is not the same here is said
 * with its line; secrets that stand in the file are never copied.
 */
@NullMarked
package dev.portreeve.gateway.imports.litellm;

import org.jspecify.annotations.NullMarked;
