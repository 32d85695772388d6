@NullMarked
package dev.portreeve.policy.budget;

import org.jspecify.annotations.NullMarked;
