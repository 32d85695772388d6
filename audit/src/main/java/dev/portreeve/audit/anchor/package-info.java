/**
 * Anchors: the heads of the log are given to somebody outside the database now and then, so that whoever owns the database and the
 * signing key cannot write another history unseen. Read {@link dev.portreeve.audit.anchor.Anchor}, then {@link
 * dev.portreeve.audit.anchor.Anchoring}.
 */
@NullMarked
package dev.portreeve.audit.anchor;

import org.jspecify.annotations.NullMarked;
