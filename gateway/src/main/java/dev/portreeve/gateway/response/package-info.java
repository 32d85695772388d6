/**
 * Whose responses providers keep. Contents stay with the provider, whose account all callers share; what is known here is which
 * id belongs to whom, so that an id opens nothing for anybody else.
 */
@NullMarked
package dev.portreeve.gateway.response;

import org.jspecify.annotations.NullMarked;
