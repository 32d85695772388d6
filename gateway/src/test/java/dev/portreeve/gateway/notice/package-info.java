@NullMarked
package dev.portreeve.gateway.notice;

import org.jspecify.annotations.NullMarked;
