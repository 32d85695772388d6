/** Carries approval requests and notices to the receivers that the configuration names. */
@NullMarked
package dev.portreeve.gateway.notice;

import org.jspecify.annotations.NullMarked;
