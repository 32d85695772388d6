@NullMarked
package dev.portreeve.audit.anchor;

import org.jspecify.annotations.NullMarked;
