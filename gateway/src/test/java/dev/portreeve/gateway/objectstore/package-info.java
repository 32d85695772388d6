@NullMarked
package dev.portreeve.gateway.objectstore;

import org.jspecify.annotations.NullMarked;
