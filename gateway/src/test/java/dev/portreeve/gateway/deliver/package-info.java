@NullMarked
package dev.portreeve.gateway.deliver;

import org.jspecify.annotations.NullMarked;
