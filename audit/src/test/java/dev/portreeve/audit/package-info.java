/** Tests of the evidence, and the fake journal that other modules' tests use. */
@NullMarked
package dev.portreeve.audit;

import org.jspecify.annotations.NullMarked;
