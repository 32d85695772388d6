/** Tests of the log. */
@NullMarked
package dev.portreeve.audit.payload;

import org.jspecify.annotations.NullMarked;
