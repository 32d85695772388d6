/** The admin listener: the API under {@code /api/v1} and the page an operator looks at. Start at {@link dev.portreeve.gateway.admin.AdminEdge}. */
@NullMarked
package dev.portreeve.gateway.admin;

import org.jspecify.annotations.NullMarked;
