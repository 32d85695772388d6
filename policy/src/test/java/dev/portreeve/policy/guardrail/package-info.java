/** Tests of guardrails. */
@NullMarked
package dev.portreeve.policy.guardrail;

import org.jspecify.annotations.NullMarked;
