@NullMarked
package dev.portreeve.gateway.model;

import org.jspecify.annotations.NullMarked;
