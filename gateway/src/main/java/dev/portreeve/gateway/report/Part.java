package dev.portreeve.gateway.report;

import dev.portreeve.gateway.report.OpenCalls.Begun;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Figures of one kind. Hears each record of the period, in the order of its log; one tenant after the other. For one thread. */
interface Part {
    /**
     * @param begun how the call began whose end or refusal the record tells; {@code null} for other records, and where it is not known
     */
    void hear(Entry entry, @Nullable Begun begun);

    /** Adds what was counted, under a name of its own. */
    void write(ObjectNode figures);
}
