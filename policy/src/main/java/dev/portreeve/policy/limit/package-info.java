/**
 * Rate limits: how often, how fast and how many at once. A call is admitted from memory; what this replica may admit is its share
 * of each limit, which PostgreSQL divides among the replicas.
 */
@NullMarked
package dev.portreeve.policy.limit;

import org.jspecify.annotations.NullMarked;
