/** Tests of processes that come and go. */
@NullMarked
package dev.portreeve.audit.process;

import org.jspecify.annotations.NullMarked;
