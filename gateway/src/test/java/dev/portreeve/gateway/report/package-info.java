@NullMarked
package dev.portreeve.gateway.report;

import org.jspecify.annotations.NullMarked;
