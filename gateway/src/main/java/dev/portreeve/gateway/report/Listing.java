package dev.portreeve.gateway.report;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Things that are told one by one: the first so many, and how many more there were. For one thread. */
final class Listing {
    private static final int MOST = 200;
    private final ArrayNode rows = JsonMapper.shared().createArrayNode();
    private long count;

    /** A row that says where its record stands; one that is not kept if there are too many. */
    ObjectNode add(Entry entry) {
        count++;
        ObjectNode row =
                rows.size() < MOST ? rows.addObject() : JsonMapper.shared().createObjectNode();
        return row.put("at", entry.at().toString()).put("log", entry.tenant()).put("index", entry.index());
    }

    long count() {
        return count;
    }

    void write(ObjectNode json, String name) {
        json.set(name, rows);
        if (count > rows.size()) {
            json.put(name + "_left_out", count - rows.size());
        }
    }
}
