/** What may go, when, and what must not: retention of whole months, legal holds, and the erasure of a subject's contents. */
@NullMarked
package dev.portreeve.audit.retention;

import org.jspecify.annotations.NullMarked;
