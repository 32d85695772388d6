@NullMarked
package dev.portreeve.gateway.webhook;

import org.jspecify.annotations.NullMarked;
