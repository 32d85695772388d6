/** Tests of the vocabulary of a call. */
@NullMarked
package dev.portreeve.policy.call;

import org.jspecify.annotations.NullMarked;
