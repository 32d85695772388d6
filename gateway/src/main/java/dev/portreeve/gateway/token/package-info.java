/** Counting tokens by the vocabularies that their vendors publish, where a bound by size is not good enough. */
@NullMarked
package dev.portreeve.gateway.token;

import org.jspecify.annotations.NullMarked;
