/** Word that passes between the replicas through the database they share. */
@NullMarked
package dev.portreeve.policy.signal;

import org.jspecify.annotations.NullMarked;
