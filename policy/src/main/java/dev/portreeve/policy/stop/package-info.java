/** The kill switch: whose calls are refused until somebody resumes them, on every gateway, and the calls that run and can be cut. */
@NullMarked
package dev.portreeve.policy.stop;

import org.jspecify.annotations.NullMarked;
