@NullMarked
package dev.portreeve.gateway;

import org.jspecify.annotations.NullMarked;
