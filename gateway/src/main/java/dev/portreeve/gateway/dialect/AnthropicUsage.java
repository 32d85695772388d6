package dev.portreeve.gateway.dialect;

import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.ServiceTier;
import dev.portreeve.policy.call.Terms;
import dev.portreeve.policy.call.Usage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The {@code usage} member of an Anthropic answer. There, tokens read from and written into the cache stand beside {@code
 * input_tokens}, not in it; thinking is inside {@code output_tokens}. Later reports replace what they repeat. For the
 * call's thread.
 */
final class AnthropicUsage {
    private boolean seen;
    private String kind = "";
    private long input;
    private long cacheRead;
    private long cacheCreation;
    private long hour;
    private long minutes;
    private long output;
    private long thinking;
    private long searches;
    private boolean container;
    private ServiceTier tier = ServiceTier.STANDARD;
    private int uplift;
    private final List<AnthropicUsage> apart = new ArrayList<>();

    /** Reads the value that the walk stands on, if it is a usage. */
    void read(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        seen = true;
        while (walk.member()) {
            switch (walk.name()) {
                case "input_tokens" -> input = walk.count(input);
                case "cache_read_input_tokens" -> cacheRead = walk.count(cacheRead);
                case "cache_creation_input_tokens" -> cacheCreation = walk.count(cacheCreation);
                case "output_tokens" -> output = walk.count(output);
                case "cache_creation" -> creation(walk);
                case "output_tokens_details" -> details(walk);
                case "server_tool_use" -> served(walk, "web_search_requests");
                case "iterations" -> iterations(walk);
                case "type" -> kind = walk.is(JsonToken.VALUE_STRING) ? walk.string() : "";
                case "service_tier", "speed", "inference_geo" -> served(walk);
                default -> walk.skipQuickly();
            }
        }
    }

    /** Where the provider shortened the conversation on the way, that is counted here only. */
    private void iterations(JsonWalk walk) {
        if (!walk.is(JsonToken.START_ARRAY)) {
            walk.skipQuickly();
            return;
        }
        apart.clear();
        while (walk.element()) {
            AnthropicUsage iteration = new AnthropicUsage();
            iteration.read(walk);
            if (iteration.kind.equals("compaction")) {
                apart.add(iteration);
            }
        }
    }

    private void served(JsonWalk walk, String counted) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals(counted)) {
                searches = walk.count(searches);
            } else {
                walk.skipQuickly();
            }
        }
    }

    /** The answer names a container in which code ran. Its hours are not in the usage: it counts as one of them. */
    void container(JsonWalk walk) {
        container |= walk.is(JsonToken.START_OBJECT);
        walk.skipQuickly();
    }

    private Map<HostedService, Long> uses() {
        Map<HostedService, Long> uses = new EnumMap<>(HostedService.class);
        if (searches > 0) {
            uses.put(HostedService.WEB_SEARCH, searches);
        }
        if (container) {
            uses.put(HostedService.CODE_INTERPRETER, 1L);
        }
        return uses;
    }

    /** Its {@code priority} is capacity that was paid for beforehand; charged here as usual. */
    private void served(JsonWalk walk) {
        if (!walk.is(JsonToken.VALUE_STRING)) {
            walk.skipQuickly();
            return;
        }
        String word = walk.string();
        switch (walk.name()) {
            case "inference_geo" -> uplift = ServiceWish.isOneCountry(word) ? ServiceWish.ONE_COUNTRY : 0;
            case "speed" -> tier = word.equals("fast") ? ServiceTier.FAST : tier;
            default -> tier = word.equals("batch") ? ServiceTier.BATCH : tier;
        }
    }

    private void creation(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            switch (walk.name()) {
                case "ephemeral_1h_input_tokens" -> hour = walk.count(hour);
                case "ephemeral_5m_input_tokens" -> minutes = walk.count(minutes);
                default -> walk.skipQuickly();
            }
        }
    }

    private void details(JsonWalk walk) {
        if (!walk.is(JsonToken.START_OBJECT)) {
            walk.skipQuickly();
            return;
        }
        while (walk.member()) {
            if (walk.name().equals("thinking_tokens")) {
                thinking = walk.count(thinking);
            } else {
                walk.skipQuickly();
            }
        }
    }

    /** What was said so far, or {@code null}. What the split does not cover was written for minutes. */
    @Nullable
    Usage reported() {
        if (!seen) {
            return null;
        }
        long inputs = 0;
        long reads = 0;
        long minuteWrites = 0;
        long hourWrites = 0;
        long outputs = 0;
        List<AnthropicUsage> all = new ArrayList<>(apart);
        all.add(this);
        for (AnthropicUsage each : all) {
            long written = Math.max(each.cacheCreation, each.hour + each.minutes);
            inputs += each.input + each.cacheRead + written;
            reads += each.cacheRead;
            minuteWrites += written - each.hour;
            hourWrites += each.hour;
            outputs += each.output;
        }
        return new Usage(
                inputs,
                reads,
                outputs,
                new Usage.Parts(minuteWrites, hourWrites, 0, Math.min(thinking, output), 0),
                new Terms(tier, uplift),
                new Usage.Apart(uses(), null),
                Usage.Basis.REPORTED);
    }
}
