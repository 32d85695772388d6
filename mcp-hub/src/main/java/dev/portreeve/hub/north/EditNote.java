package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.JsonRpc;
import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.Approval;
import dev.portreeve.policy.call.ArgumentChanges.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Tells a caller, in the result of its call, that what ran is not what it asked for, and how it differs. */
final class EditNote {
    private static final int MOST = 20;
    private static final int LONGEST = 200;
    private static final String NOTHING = "nothing";

    private EditNote() {}

    /** The result with the note: in {@code _meta}, and as a last text where there is content. */
    static RawJson in(RawJson result, Approval.Edit edit) {
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        Map<String, RawJson> meta = new LinkedHashMap<>();
        RawJson own = members.get("_meta");
        if (own != null && own.isObject()) {
            meta.putAll(own.members());
        }
        meta.put(MetaKey.APPROVAL_EDIT, RawJson.of(meta(edit)));
        members.put("_meta", RawJson.object(meta));
        RawJson content = members.get("content");
        if (content != null && content.isArray()) {
            List<RawJson> parts = new ArrayList<>(content.elements());
            parts.add(RawJson.of(JsonRpc.object().put("type", "text").put("text", text(edit))));
            members.put("content", RawJson.array(parts));
        }
        return RawJson.object(members);
    }

    private static ObjectNode meta(Approval.Edit edit) {
        ObjectNode meta = JsonRpc.object().put("approver", edit.by());
        ArrayNode changes = meta.putArray("changes");
        for (Change change : edit.changes().stream().limit(MOST).toList()) {
            ObjectNode node = changes.addObject().put("argument", change.pointer());
            put(node, "asked", change.before());
            put(node, "ran", change.after());
        }
        return edit.changes().size() <= MOST
                ? meta
                : meta.put("left_out", edit.changes().size() - MOST);
    }

    /** Values as JSON texts, cut where they are long: numbers stay as they were written. */
    private static void put(ObjectNode node, String name, @Nullable String json) {
        if (json != null) {
            node.put(name, cut(json));
        }
    }

    private static String text(Approval.Edit edit) {
        StringBuilder text = new StringBuilder("Note from the gateway: what ran differs from what was asked for. Before"
                + " approving the call, " + edit.by() + " changed its arguments:");
        for (Change change : edit.changes().stream().limit(MOST).toList()) {
            text.append("\n- ").append(cut(change.pointer())).append(": ");
            text.append(change.before() == null ? NOTHING : cut(change.before()))
                    .append(" was asked for, ");
            text.append(change.after() == null ? NOTHING : cut(change.after())).append(" ran");
        }
        if (edit.changes().size() > MOST) {
            text.append("\n- and ").append(edit.changes().size() - MOST).append(" more");
        }
        return text.toString();
    }

    private static String cut(String text) {
        if (text.codePointCount(0, text.length()) <= LONGEST) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "…";
    }
}
