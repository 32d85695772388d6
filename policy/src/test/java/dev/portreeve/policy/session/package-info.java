@NullMarked
package dev.portreeve.policy.session;

import org.jspecify.annotations.NullMarked;
