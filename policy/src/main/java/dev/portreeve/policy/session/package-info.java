/** What callers' sessions are labelled with, in PostgreSQL. Start at {@link dev.portreeve.policy.session.PostgresSessionLabels}. */
@NullMarked
package dev.portreeve.policy.session;

import org.jspecify.annotations.NullMarked;
