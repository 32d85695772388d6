/** Contents beside the evidence: sealed under a key for each subject, committed to by their record, erased by destroying the key. */
@NullMarked
package dev.portreeve.audit.payload;

import org.jspecify.annotations.NullMarked;
