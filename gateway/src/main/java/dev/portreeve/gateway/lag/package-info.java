/** How far this process's evidence is behind: watched against configured bounds, for health, operators and gauges. */
@NullMarked
package dev.portreeve.gateway.lag;

import org.jspecify.annotations.NullMarked;
