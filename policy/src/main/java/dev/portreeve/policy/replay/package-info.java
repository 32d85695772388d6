/** Calls as their records tell of them, decided again: by the rules of then, or by a draft. */
@NullMarked
package dev.portreeve.policy.replay;

import org.jspecify.annotations.NullMarked;
