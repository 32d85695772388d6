/** The runaway brake: it sees agents that repeat themselves or spend too fast, and pauses them until a person lets them go on. */
@NullMarked
package dev.portreeve.policy.brake;

import org.jspecify.annotations.NullMarked;
