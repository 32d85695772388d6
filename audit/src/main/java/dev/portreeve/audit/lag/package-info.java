/** How far the log is behind what is recorded: for health checks and gauges. Only reads. */
@NullMarked
package dev.portreeve.audit.lag;

import org.jspecify.annotations.NullMarked;
