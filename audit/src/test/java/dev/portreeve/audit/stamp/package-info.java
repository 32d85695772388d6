@NullMarked
package dev.portreeve.audit.stamp;

import org.jspecify.annotations.NullMarked;
