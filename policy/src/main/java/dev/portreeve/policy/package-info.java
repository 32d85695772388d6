/** The recipe every governed call goes through. Start at {@link dev.portreeve.policy.CallGovernor}. */
@NullMarked
package dev.portreeve.policy;

import org.jspecify.annotations.NullMarked;
