/** Tools of the gateway itself, with which a person's own agent looks at calls that wait for that person. */
@NullMarked
package dev.portreeve.hub.approver;

import org.jspecify.annotations.NullMarked;
