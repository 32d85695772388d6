package dev.portreeve.hub.north;

import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.south.Meanwhile;
import dev.portreeve.hub.south.Party;
import dev.portreeve.hub.south.ServerRequest;
import dev.portreeve.policy.call.Deadline;

/** How a server is asked within a governed call; as {@link dev.portreeve.hub.south.ToolServer#ask}. */
@FunctionalInterface
interface Asking {
    Answered ask(Party party, ServerRequest request, Meanwhile meanwhile, Deadline deadline);
}
