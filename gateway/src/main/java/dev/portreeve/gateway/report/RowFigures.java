package dev.portreeve.gateway.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** For each row of a framework, how many records its queries return, and where the first and the last of them stand. For one thread. */
final class RowFigures {
    private final List<Found> all = new ArrayList<>();
    private final Map<String, List<Search>> byKind = new HashMap<>();

    private record Search(ControlMap.Query query, Found found) {}

    private static final class Found {
        private final ControlMap.Row row;
        private long count;
        private String first = "";
        private String last = "";

        Found(ControlMap.Row row) {
            this.row = row;
        }

        /** One record, also where two queries return it. */
        void add(String place) {
            if (!place.equals(last)) {
                count++;
                last = place;
                first = first.isEmpty() ? place : first;
            }
        }
    }

    RowFigures(List<ControlMap.Row> rows) {
        for (ControlMap.Row row : rows) {
            Found found = new Found(row);
            all.add(found);
            for (ControlMap.Query query : row.records()) {
                byKind.computeIfAbsent(query.kind(), unused -> new ArrayList<>())
                        .add(new Search(query, found));
            }
        }
    }

    void hear(Entry entry) {
        for (Search search : byKind.getOrDefault(entry.kind(), List.of())) {
            if (search.query().fits(entry)) {
                search.found().add(entry.tenant() + "#" + entry.index());
            }
        }
    }

    void write(ObjectNode figures) {
        ArrayNode rows = figures.putArray("rows");
        for (Found found : all) {
            ObjectNode row = rows.addObject();
            row.put("id", found.row.id()).put("control", found.row.control()).put("records", found.count);
            if (found.count > 0) {
                row.put("first", found.first).put("last", found.last);
            }
        }
    }
}
