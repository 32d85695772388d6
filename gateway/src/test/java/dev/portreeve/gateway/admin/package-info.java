@NullMarked
package dev.portreeve.gateway.admin;

import org.jspecify.annotations.NullMarked;
