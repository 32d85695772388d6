/**
 * How the gateway shows providers who it is: a header that never changes, a token that is fetched and renewed, or a signature
 * over each request. Credentials reach the provider they are for and nothing else.
 */
@NullMarked
package dev.portreeve.gateway.credential;

import org.jspecify.annotations.NullMarked;
