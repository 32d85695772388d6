package dev.portreeve.gateway.http;

import dev.portreeve.gateway.config.Spelling;
import dev.portreeve.gateway.dialect.BadRequest;
import dev.portreeve.policy.call.Carve;
import dev.portreeve.policy.call.NanoUsd;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The {@code budget} in a wish for a key: {@code {"limit_usd": "0.50", "window": "daily", "timezone": "Europe/Berlin"}}. */
final class CarveForm {
    private static final List<String> MEMBERS = List.of("limit_usd", "window", "timezone");
    private static final List<String> WINDOWS =
            Arrays.stream(Carve.Window.values()).map(Carve.Window::code).toList();

    private CarveForm() {}

    /** @throws BadRequest if it is there and cannot be understood: what was meant to confine must not do nothing */
    static @Nullable Carve read(JsonNode budget) {
        if (budget.isMissingNode()) {
            return null;
        }
        if (!budget.isObject()) {
            throw invalid("budget", "must be an object; leave it out to give all there is");
        }
        for (String member : budget.propertyNames()) {
            if (!MEMBERS.contains(member)) {
                String nearest = Spelling.nearest(member, MEMBERS);
                throw invalid("budget." + member, "is not known" + (nearest == null ? "" : "; \"" + nearest + "\" is"));
            }
        }
        return new Carve(limit(budget.path("limit_usd")), window(budget.path("window")), zone(budget.path("timezone")));
    }

    private static NanoUsd limit(JsonNode said) {
        BigDecimal dollars;
        try {
            dollars = said.isNumber() || said.isString() ? new BigDecimal(said.asString()) : BigDecimal.ZERO;
        } catch (NumberFormatException none) {
            dollars = BigDecimal.ZERO;
        }
        if (dollars.signum() <= 0) {
            throw invalid("budget.limit_usd", "must be an amount of dollars above 0");
        }
        try {
            return NanoUsd.ofUsd(dollars);
        } catch (ArithmeticException unfit) {
            throw invalid("budget.limit_usd", "is finer than a billionth or beyond nine billion");
        }
    }

    private static Carve.Window window(JsonNode said) {
        if (said.isMissingNode()) {
            return Carve.Window.TOTAL;
        }
        int found = said.isString() ? WINDOWS.indexOf(said.asString()) : -1;
        if (found < 0) {
            throw invalid("budget.window", "must be one of " + String.join(", ", WINDOWS));
        }
        return Carve.Window.values()[found];
    }

    private static ZoneId zone(JsonNode said) {
        if (said.isMissingNode()) {
            return ZoneOffset.UTC;
        }
        try {
            return ZoneId.of(said.isString() ? said.asString() : "");
        } catch (DateTimeException unknown) {
            throw invalid("budget.timezone", "must be the name of a time zone such as Europe/Berlin");
        }
    }

    static ObjectNode write(Carve carve) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("limit_usd", carve.limit().toDecimal())
                .put("window", carve.window().code())
                .put("timezone", carve.zone().getId());
    }

    private static BadRequest invalid(String member, String why) {
        return new BadRequest(400, "invalid_value", member, "\"" + member + "\" " + why);
    }
}
