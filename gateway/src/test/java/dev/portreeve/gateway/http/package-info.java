@NullMarked
package dev.portreeve.gateway.http;

import org.jspecify.annotations.NullMarked;
