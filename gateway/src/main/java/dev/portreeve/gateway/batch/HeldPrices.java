package dev.portreeve.gateway.batch;

import dev.portreeve.policy.call.Fees;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Rates;
import dev.portreeve.policy.call.ServiceTier;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The prices that a batch is held at, at rest: what was agreed on when it was made is what it is settled at, whatever a list says by then. */
final class HeldPrices {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int RATES = 10;

    private HeldPrices() {}

    static String write(List<Price> prices) {
        ArrayNode list = JSON.createArrayNode();
        for (Price price : prices) {
            ObjectNode node = list.addObject();
            node.put("version", price.version());
            node.put("per_call", price.perCall().nanos());
            schedule(node, price.rates(), price.tiers());
            ObjectNode services = node.putObject("services");
            price.services()
                    .forEach((tier, schedule) ->
                            schedule(services.putObject(tier.code()), schedule.rates(), schedule.tiers()));
            node.put("searching", price.fees().searching().name());
            ObjectNode fees = node.putObject("fees");
            price.fees().each().forEach((service, fee) -> fees.put(service.name(), fee.nanos()));
        }
        return JSON.writeValueAsString(list);
    }

    static List<Price> read(String json) {
        List<Price> prices = new ArrayList<>();
        for (JsonNode node : JSON.readTree(json)) {
            Price.Schedule usual = schedule(node);
            Map<ServiceTier, Price.Schedule> services = new EnumMap<>(ServiceTier.class);
            for (ServiceTier tier : ServiceTier.values()) {
                if (node.path("services").has(tier.code())) {
                    services.put(tier, schedule(node.path("services").path(tier.code())));
                }
            }
            prices.add(new Price(
                    usual.rates(),
                    usual.tiers(),
                    services,
                    fees(node),
                    new NanoUsd(node.path("per_call").asLong()),
                    node.path("version").asString()));
        }
        return List.copyOf(prices);
    }

    /** How often each service may be used, or was. */
    static String uses(Map<HostedService, Long> uses) {
        ObjectNode node = JSON.createObjectNode();
        uses.forEach((service, count) -> node.put(service.name(), count));
        return JSON.writeValueAsString(node);
    }

    static Map<HostedService, Long> uses(String json) {
        Map<HostedService, Long> uses = new EnumMap<>(HostedService.class);
        for (Map.Entry<String, JsonNode> each : members(JSON.readTree(json))) {
            uses.put(HostedService.valueOf(each.getKey()), each.getValue().asLong());
        }
        return uses;
    }

    private static Fees fees(JsonNode node) {
        Map<HostedService, NanoUsd> each = new EnumMap<>(HostedService.class);
        for (Map.Entry<String, JsonNode> fee : members(node.path("fees"))) {
            each.put(
                    HostedService.valueOf(fee.getKey()),
                    new NanoUsd(fee.getValue().asLong()));
        }
        // What a search asked for costs stands among the others by now.
        return new Fees(
                each, Map.of(), Fees.Searching.valueOf(node.path("searching").asString()));
    }

    private static Set<Map.Entry<String, JsonNode>> members(JsonNode node) {
        return node.properties();
    }

    private static void schedule(ObjectNode into, Rates rates, List<Price.Tier> tiers) {
        rates(into, rates);
        ArrayNode list = into.putArray("tiers");
        for (Price.Tier tier : tiers) {
            ObjectNode node = list.addObject().put("above", tier.above());
            rates(node, tier.rates());
        }
    }

    private static Price.Schedule schedule(JsonNode node) {
        List<Price.Tier> tiers = new ArrayList<>();
        for (JsonNode tier : node.path("tiers")) {
            tiers.add(new Price.Tier(tier.path("above").asLong(), rates(tier)));
        }
        return new Price.Schedule(rates(node), tiers);
    }

    private static void rates(ObjectNode into, Rates rates) {
        ArrayNode list = into.putArray("rates");
        for (NanoUsd each : List.of(
                rates.input(),
                rates.cachedInput(),
                rates.cacheWrite(),
                rates.cacheWriteHour(),
                rates.audioInput(),
                rates.imageInput(),
                rates.output(),
                rates.reasoning(),
                rates.audioOutput(),
                rates.imageOutput())) {
            list.add(each.nanos());
        }
    }

    private static Rates rates(JsonNode node) {
        JsonNode list = node.path("rates");
        if (list.size() != RATES) {
            throw new IllegalStateException("a held price has " + list.size() + " rates, not " + RATES);
        }
        NanoUsd[] each = new NanoUsd[RATES];
        for (int i = 0; i < RATES; i++) {
            each[i] = new NanoUsd(list.get(i).asLong());
        }
        return new Rates(each[0], each[1], each[2], each[3], each[4], each[5], each[6], each[7], each[8], each[9]);
    }
}
