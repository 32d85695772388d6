/** Changes files that belong to others: text is put in at its place, everything else stays as it is, and the old file is kept. */
@NullMarked
package dev.portreeve.gateway.edit;

import org.jspecify.annotations.NullMarked;
