@NullMarked
package dev.portreeve.gateway.response;

import org.jspecify.annotations.NullMarked;
