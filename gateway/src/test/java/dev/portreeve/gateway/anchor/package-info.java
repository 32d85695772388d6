@NullMarked
package dev.portreeve.gateway.anchor;

import org.jspecify.annotations.NullMarked;
