@NullMarked
package dev.portreeve.gateway.cache;

import org.jspecify.annotations.NullMarked;
