/**
 * Takes records out of the log: evidence bundles that can be checked anywhere, and forms that other systems read. Every export is
 * itself a record before anybody sees it.
 *
 * <p>Read {@link dev.portreeve.audit.export.AuditExport} first.
 */
@NullMarked
package dev.portreeve.audit.export;

import org.jspecify.annotations.NullMarked;
