@NullMarked
package dev.portreeve.gateway.token;

import org.jspecify.annotations.NullMarked;
