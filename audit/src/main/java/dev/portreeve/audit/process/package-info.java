/** The processes that write evidence: that each starts, lives and stops, and what is said of one that is gone without a word. */
@NullMarked
package dev.portreeve.audit.process;

import org.jspecify.annotations.NullMarked;
