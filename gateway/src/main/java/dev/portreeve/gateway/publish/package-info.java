/** What has to hold before rules are published: names, tools, scenarios. */
@NullMarked
package dev.portreeve.gateway.publish;

import org.jspecify.annotations.NullMarked;
