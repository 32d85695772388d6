/** Tests of approvals. */
@NullMarked
package dev.portreeve.policy.approval;

import org.jspecify.annotations.NullMarked;
