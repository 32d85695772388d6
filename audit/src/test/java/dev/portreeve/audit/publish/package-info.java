@NullMarked
package dev.portreeve.audit.publish;

import org.jspecify.annotations.NullMarked;
