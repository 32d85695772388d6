/** Scenario files: rules as a security officer checks them, given a call, then a decision. */
@NullMarked
package dev.portreeve.gateway.scenario;

import org.jspecify.annotations.NullMarked;
