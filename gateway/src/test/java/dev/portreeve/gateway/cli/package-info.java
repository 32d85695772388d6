@NullMarked
package dev.portreeve.gateway.cli;

import org.jspecify.annotations.NullMarked;
