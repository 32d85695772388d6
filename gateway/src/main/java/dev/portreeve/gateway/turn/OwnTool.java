package dev.portreeve.gateway.turn;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tool of this gateway that a model is offered in the course of making a response. Immutable.
 *
 * @param listed as the gateway lists it to the caller, who may use it
 */
public record OwnTool(OwnServer server, String name, ObjectNode listed) {
    static OwnTool of(OwnServer server, ObjectNode listed) {
        return new OwnTool(server, Json.string(listed, "name", ""), listed);
    }

    private boolean isReadOnly() {
        return listed.path("annotations").path("readOnlyHint").asBoolean(false);
    }

    boolean isOffered() {
        return server.offers(name, isReadOnly());
    }

    /** Whether the caller itself wants to be asked before it is called. */
    public boolean asksCaller() {
        return server.asksBefore(name, isReadOnly());
    }

    /** Its schema, as JSON. */
    public byte[] schema() {
        return Json.bytes(listed.path("inputSchema"));
    }

    /** As providers are told of it, whichever dialect they speak. */
    ObjectNode function() {
        ObjectNode function = Json.object().put("type", "function").put("name", name);
        String description = description();
        if (description != null) {
            function.put("description", description);
        }
        function.set("parameters", listed.path("inputSchema"));
        return function.put("strict", false);
    }

    /** As its caller is told of it. */
    ObjectNode shown() {
        ObjectNode shown = Json.object().put("name", name).put("description", description());
        shown.set("input_schema", listed.path("inputSchema"));
        JsonNode annotations = Json.given(listed, "annotations");
        if (annotations == null) {
            shown.putNull("annotations");
        } else {
            shown.set("annotations", annotations);
        }
        return shown;
    }

    private @Nullable String description() {
        return Json.string(listed, "description");
    }
}
