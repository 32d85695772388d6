package dev.portreeve.hub.north;

import dev.portreeve.hub.wire.MetaKey;
import dev.portreeve.hub.wire.RawJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Takes out of a server's result what its {@code _meta} says in the gateway's name: by these members a caller learns that a call waits for
 * approval or was changed by an approver, and only the gateway may say so.
 */
final class ForeignMeta {
    private static final String META = "_meta";

    private ForeignMeta() {}

    /** The same, byte for byte, if it says nothing of the kind. */
    static RawJson without(RawJson result) {
        RawJson meta = result.member(META);
        if (meta == null
                || !meta.isObject()
                || meta.members().keySet().stream().noneMatch(key -> key.startsWith(MetaKey.OWN))) {
            return result;
        }
        Map<String, RawJson> honest = new LinkedHashMap<>(meta.members());
        honest.keySet().removeIf(key -> key.startsWith(MetaKey.OWN));
        Map<String, RawJson> members = new LinkedHashMap<>(result.members());
        members.put(META, RawJson.object(honest));
        return RawJson.object(members);
    }
}
