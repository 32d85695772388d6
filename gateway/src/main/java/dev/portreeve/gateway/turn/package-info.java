/**
 * One model of a turn (what was said, with which tools, and what shall be answered), used only where caller and provider
 * speak different dialects: one reader and one writer for each dialect, for requests, answers and streams. {@link Translation}
 * is the way in. What has no counterpart is left out with a {@link Note}, or refused where that would change the meaning.
 */
@NullMarked
package dev.portreeve.gateway.turn;

import org.jspecify.annotations.NullMarked;
