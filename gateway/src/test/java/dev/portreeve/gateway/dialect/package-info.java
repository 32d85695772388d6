@NullMarked
package dev.portreeve.gateway.dialect;

import org.jspecify.annotations.NullMarked;
