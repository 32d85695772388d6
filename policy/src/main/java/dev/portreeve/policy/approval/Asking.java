package dev.portreeve.policy.approval;

import dev.portreeve.audit.AuditTrail;
import dev.portreeve.policy.call.ToolCall;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A call on its way through the gate. For its thread. */
final class Asking {
    final ToolCall call;
    final HeldMoney money;
    final BooleanSupplier awaited;
    final AuditTrail trail;
    /** What the caller has to know beside its ticket. */
    @Nullable
    String note;
    /** Whether it waited since the rules were asked about it. */
    boolean held;

    /** Whether people were asked because of this very call. */
    boolean opened;

    Asking(ToolCall call, HeldMoney money, BooleanSupplier awaited, AuditTrail trail) {
        this.call = call;
        this.money = money;
        this.awaited = awaited;
        this.trail = trail;
    }
}
