/** Objects in stores that speak as Amazon S3 does: written whole, optionally once and locked, and read again. */
@NullMarked
package dev.portreeve.gateway.objectstore;

import org.jspecify.annotations.NullMarked;
