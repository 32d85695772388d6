/** A small agent that reaches its model and its tools through the gateway. */
@NullMarked
package dev.portreeve.examples.agent;

import org.jspecify.annotations.NullMarked;
