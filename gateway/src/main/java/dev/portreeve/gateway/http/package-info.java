/**
 * The data listener: what callers reach. Authentication, bodies within bounds, one endpoint for each family of paths, and
 * the outputs that draw an answer on the wire. The only package that knows Helidon's server.
 *
 * <p>Read {@link dev.portreeve.gateway.http.HttpEdge}, then {@link dev.portreeve.gateway.http.ModelEndpoint}.
 */
@NullMarked
package dev.portreeve.gateway.http;

import org.jspecify.annotations.NullMarked;
