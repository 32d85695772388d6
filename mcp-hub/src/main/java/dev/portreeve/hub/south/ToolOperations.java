package dev.portreeve.hub.south;

import dev.portreeve.hub.wire.BadMessage;
import dev.portreeve.hub.wire.JsonRpcMessage;
import dev.portreeve.hub.wire.McpError;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Deadline;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Listing and calling over any connection: the part that is the same for every transport and era. */
final class ToolOperations {
    private static final int MAX_PAGES = 100;
    private final String slug;
    private final int maxTools;

    ToolOperations(String slug, int maxTools) {
        this.slug = slug;
        this.maxTools = maxTools;
    }

    List<RawJson> list(ServerLink link, Deadline deadline) {
        List<RawJson> tools = new ArrayList<>();
        RawJson cursor = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            JsonRpcMessage.Response response = link.request(Outgoing.list(cursor), ProgressSink.NONE, deadline);
            McpError error = response.error();
            if (error != null) {
                throw refused("refused to list its tools (error " + error.code() + ")");
            }
            cursor = addPage(tools, result(response));
            if (cursor == null) {
                return tools;
            }
        }
        throw ToolServerFault.garbage(slug, "lists its tools on more than " + MAX_PAGES + " pages");
    }

    private @Nullable RawJson addPage(List<RawJson> tools, RawJson result) {
        try {
            Map<String, RawJson> members = result.members();
            RawJson page = members.get("tools");
            if (page == null || !page.isArray()) {
                throw ToolServerFault.garbage(slug, "answered a list without tools");
            }
            page.elements().forEach(tools::add);
            if (tools.size() > maxTools) {
                throw ToolServerFault.garbage(slug, "lists more than " + maxTools + " tools");
            }
            RawJson cursor = members.get("nextCursor");
            return cursor == null || !cursor.isString() ? null : cursor;
        } catch (BadMessage malformed) {
            throw ToolServerFault.garbage(slug, "answered a list that cannot be read");
        }
    }

    ToolAnswer call(ServerLink link, ToolRequest request, ProgressSink progress, Deadline deadline) {
        JsonRpcMessage.Response response = link.request(Outgoing.call(request), progress, deadline);
        McpError error = response.error();
        if (error != null) {
            return new ToolAnswer.Refusal(error);
        }
        RawJson result = result(response);
        requireComplete(result);
        return new ToolAnswer.Result(result);
    }

    // A server that wants input, or made a task, was not asked to: no such capability was declared.
    private void requireComplete(RawJson result) {
        RawJson type = result.member("resultType");
        if (type != null && !type.toString().equals("\"complete\"")) {
            throw ToolServerFault.garbage(slug, "answered with a kind of result it was not offered");
        }
    }

    private RawJson result(JsonRpcMessage.Response response) {
        RawJson result = response.result();
        if (result == null || !result.isObject()) {
            throw ToolServerFault.garbage(slug, "answered without a result");
        }
        return result;
    }

    private ToolServerFault refused(String what) {
        return ToolServerFault.of(UpstreamFault.Kind.REFUSED, "tool server \"" + slug + "\" " + what, false);
    }
}
