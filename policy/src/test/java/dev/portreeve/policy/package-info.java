@NullMarked
package dev.portreeve.policy;

import org.jspecify.annotations.NullMarked;
