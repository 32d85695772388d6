@NullMarked
package dev.portreeve.gateway.config;

import org.jspecify.annotations.NullMarked;
