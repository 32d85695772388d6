/** Tests of the witness. */
@NullMarked
package dev.portreeve.audit.witness;

import org.jspecify.annotations.NullMarked;
