/** Tests of versions of the rules. */
@NullMarked
package dev.portreeve.policy.version;

import org.jspecify.annotations.NullMarked;
