/**
 * What tool servers say about themselves, and what of it is believed: complete definitions under their hashes, the verdicts on
 * them, and what is suspicious in them. Start at {@link dev.portreeve.hub.definition.Definitions}.
 */
@NullMarked
package dev.portreeve.hub.definition;

import org.jspecify.annotations.NullMarked;
