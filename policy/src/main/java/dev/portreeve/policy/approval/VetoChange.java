package dev.portreeve.policy.approval;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What becomes of a no after it was said: its ticket stays denied, and how long that refuses the same call is another. */
abstract sealed class VetoChange extends TicketChange.Step {
    private VetoChange(String tenant, UUID id) {
        super(tenant, id);
    }

    /** Its session tries again, so it lives. */
    static final class Renew extends VetoChange {
        private final Veto veto;

        Renew(String tenant, UUID id, Veto veto) {
            super(tenant, id);
            this.veto = veto;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            return veto.again(found);
        }
    }

    /** Somebody who may decide thinks better of it: the same call may ask again. */
    static final class Lift extends VetoChange {
        private final String by;
        private Lifting result = new Lifting.Unknown();

        Lift(String tenant, UUID id, String by) {
            super(tenant, id);
            this.by = by;
        }

        Lifting result() {
            return result;
        }

        @Override
        @Nullable
        TicketState next(Ticket found) {
            result = TicketLife.lift(found, by);
            return result instanceof Lifting.Done done ? done.ticket().state() : null;
        }

        @Override
        @Nullable
        TicketState missing() {
            result = new Lifting.Unknown();
            return null;
        }
    }
}
