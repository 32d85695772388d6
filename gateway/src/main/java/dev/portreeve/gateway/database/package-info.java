/** The one store, embedded or outside: opened for the server, or beside it for the command line. */
@NullMarked
package dev.portreeve.gateway.database;

import org.jspecify.annotations.NullMarked;
