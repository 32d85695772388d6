/** Credentials for providers against what their own tools make of the same request. */
@NullMarked
package dev.portreeve.gateway.credential;

import org.jspecify.annotations.NullMarked;
