/** The vocabulary of a governed call, shared by model calls and tool calls. */
@NullMarked
package dev.portreeve.policy.call;

import org.jspecify.annotations.NullMarked;
