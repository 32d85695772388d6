/** Which contents of calls are kept beside their records. */
@NullMarked
package dev.portreeve.policy.keeping;

import org.jspecify.annotations.NullMarked;
