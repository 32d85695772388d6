@NullMarked
package dev.portreeve.policy.key;

import org.jspecify.annotations.NullMarked;
