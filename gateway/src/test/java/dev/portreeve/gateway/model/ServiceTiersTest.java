package dev.portreeve.gateway.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.portreeve.gateway.dialect.AnswerMeter;
import dev.portreeve.gateway.dialect.Dialect;
import dev.portreeve.gateway.dialect.Operation;
import dev.portreeve.gateway.dialect.RequestPath;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceField;
import dev.portreeve.policy.call.Estimate;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Usage;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a call is held and charged at in the tiers of service of each dialect. One million tokens each way keep the sums readable. */
class ServiceTiersTest {
    private static final long MILLION = 1_000_000;

    /** Input 2 and output 10, cached 0.5; flex and priority as listed, and dearer where the input is large. */
    private static Price listed(boolean priority) {
        Map<PriceField, NanoUsd> amounts = new EnumMap<>(PriceField.class);
        amounts.put(PriceField.INPUT, NanoUsd.ofUsd("2"));
        amounts.put(PriceField.CACHED_INPUT, NanoUsd.ofUsd("0.5"));
        amounts.put(PriceField.OUTPUT, NanoUsd.ofUsd("10"));
        amounts.put(PriceField.FLEX_INPUT, NanoUsd.ofUsd("1"));
        amounts.put(PriceField.FLEX_OUTPUT, NanoUsd.ofUsd("5"));
        if (priority) {
            amounts.put(PriceField.PRIORITY_INPUT, NanoUsd.ofUsd("3"));
            amounts.put(PriceField.PRIORITY_OUTPUT, NanoUsd.ofUsd("20"));
        }
        Map<PriceField, NanoUsd> large = new EnumMap<>(PriceField.class);
        large.put(PriceField.INPUT, NanoUsd.ofUsd("4"));
        large.put(PriceField.OUTPUT, NanoUsd.ofUsd("15"));
        return new PriceEntry(amounts, Map.of(), List.of(new PriceEntry.Tier(2_000_000, large)), 0, 0).price("test");
    }

    private static Estimate estimate(Dialect dialect, String members, Price price) {
        String body = "{\"model\":\"m\"," + members.replace('\'', '"') + "}";
        ModelRoute route = new ModelRoute(
                "m",
                new DemoProvider("demo", InstantSource.system()),
                "m",
                new Prices.PricedModel(price, 0, true),
                (int) MILLION,
                ModelRoute.Treatment.USUAL);
        return route.estimate(dialect.read(path(), body.getBytes(StandardCharsets.UTF_8), false), MILLION);
    }

    private static RequestPath path() {
        return RequestPath.of(Operation.CHAT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // What the request says, the hold with a listed price of priority, and with none.
                "OPENAI_CHAT|'messages':[{'role':'user','content':'x'}]|23|12",
                "OPENAI_CHAT|'service_tier':'auto','messages':[{'role':'user','content':'x'}]|23|12",
                "OPENAI_CHAT|'service_tier':'default','messages':[{'role':'user','content':'x'}]|12|12",
                "OPENAI_CHAT|'service_tier':'flex','messages':[{'role':'user','content':'x'}]|12|12",
                "OPENAI_CHAT|'service_tier':'priority','messages':[{'role':'user','content':'x'}]|23|30",
                "OPENAI_CHAT|'service_tier':null,'messages':[{'role':'user','content':'x'}]|23|12",
                "OPENAI_RESPONSES|'service_tier':'fast','input':'x'|23|30",
                "OPENAI_RESPONSES|'service_tier':'a_word_of_tomorrow','input':'x'|23|30",
                "ANTHROPIC_MESSAGES|'service_tier':'standard_only','messages':[{'role':'user','content':'x'}]|12|12",
                "ANTHROPIC_MESSAGES|'service_tier':'standard_only','inference_geo':'us','messages':[{'role':'user','content':'x'}]|13.2|13.2",
                "ANTHROPIC_MESSAGES|'speed':'fast','messages':[{'role':'user','content':'x'}]|72|72",
                "ANTHROPIC_MESSAGES|'speed':'fast','inference_geo':'us','messages':[{'role':'user','content':'x'}]|79.2|79.2",
            })
    void held_at_the_dearest_the_request_allows(Dialect dialect, String members, String hold, String unlisted) {
        assertEquals(
                NanoUsd.ofUsd(hold), estimate(dialect, members, listed(true)).worstCase());
        assertEquals(
                NanoUsd.ofUsd(unlisted),
                estimate(dialect, members, listed(false)).worstCase());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                // The answer, and what it costs with a listed price of priority, and with none.
                "OPENAI_CHAT|'service_tier':'default','choices':[],'usage':{'prompt_tokens':1000000,'completion_tokens':1000000}|12|12",
                "OPENAI_CHAT|'choices':[],'usage':{'prompt_tokens':1000000,'completion_tokens':1000000}|12|12",
                "OPENAI_CHAT|'service_tier':'flex','choices':[],'usage':{'prompt_tokens':1000000,'completion_tokens':1000000}|6|6",
                "OPENAI_CHAT|'choices':[],'usage':{'prompt_tokens':1000000,'completion_tokens':1000000},'service_tier':'priority'|23|30",
                "OPENAI_CHAT|'service_tier':'scale','choices':[],'usage':{'prompt_tokens':1000000,'completion_tokens':0}|2|2",
                "OPENAI_CHAT|'service_tier':'priority','choices':[],'usage':{'prompt_tokens':1000000,'prompt_tokens_details':{'cached_tokens':1000000},'completion_tokens':0}|0.75|1.25",
                "OPENAI_CHAT|'service_tier':'priority','choices':[],'usage':{'prompt_tokens':3000000,'completion_tokens':1000000}|48|67.5",
                "OPENAI_RESPONSES|'service_tier':'fast','usage':{'input_tokens':1000000,'output_tokens':1000000}|23|30",
                "ANTHROPIC_MESSAGES|'usage':{'input_tokens':1000000,'output_tokens':1000000,'service_tier':'priority'}|12|12",
                "ANTHROPIC_MESSAGES|'usage':{'input_tokens':1000000,'output_tokens':1000000,'inference_geo':'us'}|13.2|13.2",
                "ANTHROPIC_MESSAGES|'usage':{'input_tokens':1000000,'output_tokens':1000000,'inference_geo':'not_available'}|12|12",
                "ANTHROPIC_MESSAGES|'usage':{'input_tokens':1000000,'output_tokens':1000000,'speed':'fast','inference_geo':'global'}|72|72",
            })
    void charged_as_it_was_served(Dialect dialect, String answer, String cost, String unlisted) {
        AnswerMeter meter = dialect.meter();
        meter.readAnswer(("{" + answer.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8));
        Usage usage = Objects.requireNonNull(meter.reported());
        assertEquals(NanoUsd.ofUsd(cost), listed(true).of(usage));
        assertEquals(NanoUsd.ofUsd(unlisted), listed(false).of(usage));
    }
}
