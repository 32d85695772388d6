/**
 * Watching other people's logs: a witness signs a log's head only if it continues the last one it signed (C2SP tlog-witness), so
 * that a log cannot be rewritten, or shown differently to two people, without its witness knowing.
 */
@NullMarked
package dev.portreeve.audit.witness;

import org.jspecify.annotations.NullMarked;
