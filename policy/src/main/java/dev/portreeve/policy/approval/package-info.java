/** A person's yes, bound to one exact call and redeemed once. */
@NullMarked
package dev.portreeve.policy.approval;

import org.jspecify.annotations.NullMarked;
