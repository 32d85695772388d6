/** Virtual keys: how they look, who they stand for, and how a presented one is judged. */
@NullMarked
package dev.portreeve.policy.key;

import org.jspecify.annotations.NullMarked;
