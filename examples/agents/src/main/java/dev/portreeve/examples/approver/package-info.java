/** A sample approver: receives the gateway's questions as webhooks and answers them. */
@NullMarked
package dev.portreeve.examples.approver;

import org.jspecify.annotations.NullMarked;
