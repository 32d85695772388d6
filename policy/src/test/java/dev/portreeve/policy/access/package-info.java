/** Tests of access rules. */
@NullMarked
package dev.portreeve.policy.access;

import org.jspecify.annotations.NullMarked;
