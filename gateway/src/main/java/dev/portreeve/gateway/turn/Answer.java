package dev.portreeve.gateway.turn;

import java.util.List;

/** A whole answer. */
record Answer(String id, String model, List<Part> parts, Finish finish, Counts counts) {
    Answer {
        parts = List.copyOf(parts);
    }
}
