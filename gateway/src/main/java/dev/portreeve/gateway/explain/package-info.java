/** Questions about calls in the words of people, and what the rules say to them; for the command line and the admin API. */
@NullMarked
package dev.portreeve.gateway.explain;

import org.jspecify.annotations.NullMarked;
