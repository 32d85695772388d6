/** Tests of the log. */
@NullMarked
package dev.portreeve.audit.log;

import org.jspecify.annotations.NullMarked;
