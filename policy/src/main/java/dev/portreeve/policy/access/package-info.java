/** Who may do what: rules as data, decided by a pure function. */
@NullMarked
package dev.portreeve.policy.access;

import org.jspecify.annotations.NullMarked;
