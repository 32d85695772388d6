/** Tests of exports. */
@NullMarked
package dev.portreeve.audit.export;

import org.jspecify.annotations.NullMarked;
