/** Tests of notices. */
@NullMarked
package dev.portreeve.policy.notice;

import org.jspecify.annotations.NullMarked;
