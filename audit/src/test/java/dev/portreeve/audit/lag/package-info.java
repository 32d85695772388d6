/** Tests of how far the log is behind. */
@NullMarked
package dev.portreeve.audit.lag;

import org.jspecify.annotations.NullMarked;
