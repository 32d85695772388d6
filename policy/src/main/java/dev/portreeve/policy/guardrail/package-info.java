/** What may be said: detectors over the text of prompts, answers, arguments and results. */
@NullMarked
package dev.portreeve.policy.guardrail;

import org.jspecify.annotations.NullMarked;
