package dev.portreeve.hub.south;

import dev.portreeve.policy.call.UpstreamFault;

/** A downstream server failed to answer. Unchecked because only the two callers of a {@link ToolServer} act on it. */
public final class ToolServerFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient UpstreamFault fault;

    public ToolServerFault(UpstreamFault fault) {
        super(fault.detail());
        this.fault = fault;
    }

    public UpstreamFault fault() {
        return fault;
    }

    static ToolServerFault of(UpstreamFault.Kind kind, String detail, boolean billable) {
        return new ToolServerFault(new UpstreamFault(kind, 0, detail, billable));
    }

    static ToolServerFault timeout(String slug) {
        return of(UpstreamFault.Kind.TIMEOUT, "tool server \"" + slug + "\" did not answer in time", true);
    }

    static ToolServerFault interrupted(String slug) {
        return of(UpstreamFault.Kind.CUT, "the call to tool server \"" + slug + "\" was given up", true);
    }

    static ToolServerFault garbage(String slug, String what) {
        return of(UpstreamFault.Kind.GARBAGE, "tool server \"" + slug + "\" " + what, true);
    }

    static ToolServerFault tooLarge(String slug, int maxBytes) {
        return of(
                UpstreamFault.Kind.TOO_LARGE,
                "tool server \"" + slug + "\" answered with more than " + maxBytes + " bytes",
                true);
    }
}
