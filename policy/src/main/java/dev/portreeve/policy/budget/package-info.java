/** The purse: money is held before a call runs and settled when it ended. */
@NullMarked
package dev.portreeve.policy.budget;

import org.jspecify.annotations.NullMarked;
