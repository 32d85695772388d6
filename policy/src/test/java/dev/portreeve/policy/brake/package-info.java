@NullMarked
package dev.portreeve.policy.brake;

import org.jspecify.annotations.NullMarked;
