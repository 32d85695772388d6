@NullMarked
package dev.portreeve.gateway.database;

import org.jspecify.annotations.NullMarked;
