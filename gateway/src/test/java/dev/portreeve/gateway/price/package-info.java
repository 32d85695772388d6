@NullMarked
package dev.portreeve.gateway.price;

import org.jspecify.annotations.NullMarked;
