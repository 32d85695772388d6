package dev.portreeve.gateway.http;

import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.gateway.dialect.BatchLine;
import dev.portreeve.gateway.dialect.ModelRequest;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.model.LineSplit;
import dev.portreeve.policy.call.ServiceTier;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file as the requests of a batch. Nothing is held or sent here, so a line that cannot be read leaves no trace. For one batch, on
 * one thread.
 */
final class BatchRequests {
    private final BatchWish.Path path;
    private final int mostItems;
    private final boolean inputScreened;
    private final Map<String, Long> numbers = new HashMap<>();
    private final List<BatchPlanning.Asked> asked = new ArrayList<>();
    private @Nullable String model;

    /** @param inputScreened whether a guardrail reads requests, so that their texts must be found */
    BatchRequests(BatchWish.Path path, int mostItems, boolean inputScreened) {
        this.path = path;
        this.mostItems = mostItems;
        this.inputScreened = inputScreened;
    }

    /**
     * Reads all lines.
     *
     * @throws BadRequest that names the line, and its {@code custom_id} where it could be read
     * @throws IOException if the file is gone on the way
     */
    void read(LineSplit lines) throws IOException {
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            if (asked.size() == mostItems) {
                throw new BadRequest(
                        400, "too_many_items", "input_file_id", "a batch has at most " + mostItems + " items here");
            }
            add(BatchLine.read(lines.number(), line));
        }
    }

    /** As they came, in their order. */
    List<BatchPlanning.Asked> asked() {
        return asked;
    }

    /** Where an item stands, in words. */
    String line(String customId) {
        return "line " + numbers.getOrDefault(customId, 0L);
    }

    /** What the caller calls the one model of all; empty if there is no line. */
    String model() {
        return model == null ? "" : model;
    }

    private void add(BatchLine line) {
        if (!line.url().equals(path.url())) {
            throw bad(line, "its url is not the batch's endpoint, " + path.url());
        }
        if (numbers.putIfAbsent(line.customId(), line.number()) != null) {
            throw bad(line, "an earlier line has the same custom_id");
        }
        ModelRequest request;
        try {
            request = path.dialect().read(RequestPath.of(path.operation()), line.body(), inputScreened);
        } catch (BadRequest bad) {
            throw bad(line, bad.detail());
        }
        requireFit(line, request);
        asked.add(new BatchPlanning.Asked(line.customId(), request));
    }

    private void requireFit(BatchLine line, ModelRequest request) {
        if (request.dialect() != path.dialect()) {
            throw bad(line, "its body is one of another dialect");
        }
        if (model != null && !model.equals(request.model())) {
            throw bad(
                    line,
                    "all requests of a batch go to one model, and an earlier line is for \"" + FormHeader.shown(model)
                            + "\"");
        }
        model = request.model();
        if (request.stream()) {
            throw bad(line, "\"stream\" is of no use in a batch: leave it out");
        }
        ServiceTier tier = request.service().tier();
        if (tier != null && tier != ServiceTier.STANDARD && tier != ServiceTier.BATCH) {
            throw bad(line, "a batch is a tier of service by itself: leave \"service_tier\" out");
        }
        if (ResponseKeeping.goesOn(request)) {
            throw bad(line, "in a batch no response goes on from another: send the whole conversation");
        }
        if (request.state() != null
                && (request.state().store() || request.state().background())) {
            throw bad(line, "in a batch a response is neither stored nor made in the background: say \"store\": false");
        }
        if (inputScreened && request.unreadableInput()) {
            throw bad(line, "a guardrail reads this input, so it must be text, not tokens");
        }
    }

    private static BadRequest bad(BatchLine line, String why) {
        return BatchLine.bad(line.number(), line.customId(), why);
    }
}
