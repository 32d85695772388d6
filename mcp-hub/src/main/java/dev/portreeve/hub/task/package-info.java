/** Tool calls that wait for a person as tasks, and what became of them, for as long as their callers may ask. */
@NullMarked
package dev.portreeve.hub.task;

import org.jspecify.annotations.NullMarked;
