/** Tests of the log. */
@NullMarked
package dev.portreeve.audit.retention;

import org.jspecify.annotations.NullMarked;
