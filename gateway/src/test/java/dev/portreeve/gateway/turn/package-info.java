@NullMarked
package dev.portreeve.gateway.turn;

import org.jspecify.annotations.NullMarked;
