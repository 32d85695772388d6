/** Rules that are made while the gateway runs: versions that never change, of which one is in force, on every gateway. */
@NullMarked
package dev.portreeve.policy.version;

import org.jspecify.annotations.NullMarked;
