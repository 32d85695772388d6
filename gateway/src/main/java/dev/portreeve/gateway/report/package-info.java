/**
 * Reports for people who ask what supports a framework's articles or controls: one pass over the records while they are verified, and a
 * document made of what was counted.
 *
 * <p>Read in this order: {@link dev.portreeve.gateway.report.ControlMap}, {@link dev.portreeve.gateway.report.ReportReading}, {@link
 * dev.portreeve.gateway.report.ReportText}.
 */
@NullMarked
package dev.portreeve.gateway.report;

import org.jspecify.annotations.NullMarked;
