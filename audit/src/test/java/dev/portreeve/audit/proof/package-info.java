@NullMarked
package dev.portreeve.audit.proof;

import org.jspecify.annotations.NullMarked;
