/**
 * Time stamps (RFC 3161) with nothing but the JDK: {@link dev.portreeve.audit.stamp.TimeStampToken} reads and checks one. Part of the
 * stand-alone verifier.
 */
@NullMarked
package dev.portreeve.audit.stamp;

import org.jspecify.annotations.NullMarked;
