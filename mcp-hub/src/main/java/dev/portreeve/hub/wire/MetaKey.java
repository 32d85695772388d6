package dev.portreeve.hub.wire;

import java.util.Set;

/** Members of {@code _meta} that the hub reads or writes itself. */
public final class MetaKey {
    public static final String PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
    public static final String CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
    public static final String CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
    public static final String LOG_LEVEL = "io.modelcontextprotocol/logLevel";
    public static final String SERVER_INFO = "io.modelcontextprotocol/serverInfo";
    /** Bears the id of the {@code subscriptions/listen} request on everything that is said on its stream. */
    public static final String SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";

    public static final String PROGRESS_TOKEN = "progressToken";

    /** The reserved bare keys of trace context, which travel on to the downstream server. */
    public static final Set<String> TRACE_CONTEXT = Set.of("traceparent", "tracestate", "baggage");

    /** Stands before every member that is the gateway's own word. */
    public static final String OWN = "dev.portreeve/";

    /** Why the gateway answered instead of the tool; a {@code Denial.Reason} or {@code UpstreamFault.Kind} code. */
    public static final String REASON = "dev.portreeve/reason";

    public static final String CALL_ID = "dev.portreeve/call-id";
    public static final String APPROVAL_TICKET = "dev.portreeve/approval-ticket";
    public static final String APPROVAL_EXPIRES_AT = "dev.portreeve/approval-expires-at";
    /** What an approver changed in the arguments before they ran. */
    public static final String APPROVAL_EDIT = "dev.portreeve/approval-edit";

    public static final String UPSTREAM_ERROR_CODE = "dev.portreeve/upstream-error-code";

    /** Which server asks, by its slug: on questions in views of several servers. */
    public static final String ASKING_SERVER = "dev.portreeve/server";

    /** On a listed tool: its user has to be there when it is called. Claude Code's word. */
    public static final String REQUIRES_USER = "anthropic/requiresUserInteraction";

    private MetaKey() {}
}
