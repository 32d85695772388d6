/** The program: {@link dev.portreeve.gateway.Main} starts it, {@link dev.portreeve.gateway.Gateway} puts it together. */
@NullMarked
package dev.portreeve.gateway;

import org.jspecify.annotations.NullMarked;
