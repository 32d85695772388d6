/** The command line beside the server: it speaks to a running one through its admin API, or reads its database. */
@NullMarked
package dev.portreeve.gateway.cli;

import org.jspecify.annotations.NullMarked;
