/** Answers of models that are kept in memory for a while, for callers who ask the very same again. */
@NullMarked
package dev.portreeve.gateway.cache;

import org.jspecify.annotations.NullMarked;
