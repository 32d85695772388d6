/** Tests of deliveries. */
@NullMarked
package dev.portreeve.audit.deliver;

import org.jspecify.annotations.NullMarked;
