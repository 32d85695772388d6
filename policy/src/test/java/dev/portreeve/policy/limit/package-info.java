@NullMarked
package dev.portreeve.policy.limit;

import org.jspecify.annotations.NullMarked;
