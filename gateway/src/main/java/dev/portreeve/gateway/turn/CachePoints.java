package dev.portreeve.gateway.turn;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * After which pieces of a request its caller wants the provider to remember all that came before, where the provider can be told.
 * Pieces are known by identity: two that read alike are two. For one request.
 */
final class CachePoints {
    private final boolean wanted;
    private final boolean lasting;
    private final Map<Object, Boolean> hours = new IdentityHashMap<>();

    /**
     * @param wanted whether the provider can be told
     * @param lasting whether it can be told to remember for an hour
     */
    CachePoints(boolean wanted, boolean lasting) {
        this.wanted = wanted;
        this.lasting = lasting;
    }

    boolean isWanted() {
        return wanted;
    }

    /** The caller wants one behind this part or tool. */
    void after(Object piece, boolean hour) {
        if (wanted) {
            hours.put(piece, hour);
        }
    }

    /** One behind a piece of a whole is one behind the whole, where there is none inside. */
    void hoist(List<Part> pieces, Object whole) {
        for (Part piece : pieces) {
            Boolean hour = hours.remove(piece);
            if (hour != null) {
                hours.put(whole, hour);
            }
        }
    }

    /** Writes the one behind this piece, if there is one. */
    void write(Object piece, ArrayNode content) {
        Boolean hour = hours.get(piece);
        if (hour != null) {
            ObjectNode point = content.addObject().putObject("cachePoint").put("type", "default");
            if (hour && lasting) {
                point.put("ttl", "1h");
            }
        }
    }
}
