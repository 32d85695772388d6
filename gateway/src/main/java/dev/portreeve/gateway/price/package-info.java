/**
 * What models cost, as data: entries in a schema of our own, the snapshot of them in the program, and how one is made from
 * published catalogues. Amounts are read from decimal text and kept as whole nano-dollars; nothing here is floating point.
 */
@NullMarked
package dev.portreeve.gateway.price;

import org.jspecify.annotations.NullMarked;
