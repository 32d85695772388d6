/** Tests of verification. */
@NullMarked
package dev.portreeve.audit.verify;

import org.jspecify.annotations.NullMarked;
