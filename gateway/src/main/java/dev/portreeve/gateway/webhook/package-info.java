/** Carries approval requests to the receivers that the configuration names. */
@NullMarked
package dev.portreeve.gateway.webhook;

import org.jspecify.annotations.NullMarked;
