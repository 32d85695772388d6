package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.PricesConfig;
import dev.portreeve.gateway.model.PriceSource;
import dev.portreeve.gateway.model.Prices;
import dev.portreeve.gateway.price.PriceEntry;
import dev.portreeve.gateway.price.PriceField;
import dev.portreeve.gateway.price.PriceSnapshot;
import dev.portreeve.policy.call.HostedService;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Price;
import dev.portreeve.policy.call.Rates;
import dev.portreeve.policy.call.ServiceTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve prices explain|diff|refresh|sign}: what models cost and why. Needs no server. */
@Command(name = "prices", description = "what models cost, and where that comes from", mixinStandardHelpOptions = true)
public final class PricesCommand {
    private static final String IN_NO_LIST = "in no list: the most it can be";
    private static final BigDecimal SUSPICIOUS = BigDecimal.valueOf(5);
    private static final NanoUsd DEFAULT_INPUT = NanoUsd.ofUsd("30");
    private static final NanoUsd DEFAULT_OUTPUT = NanoUsd.ofUsd("180");
    private final Terminal terminal;

    public PricesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Command(
            name = "explain",
            description = "what a model costs here, and which list says so",
            mixinStandardHelpOptions = true)
    int explain(
            @Mixin ServerOptions server,
            @Parameters(paramLabel = "MODEL", description = "provider/model, or the provider's name with --provider")
                    String model,
            @Option(names = "--provider", paramLabel = "ID") @Nullable String provider) {
        int slash = model.indexOf('/');
        if (provider == null && slash < 1) {
            throw new CliFailure(CliFailure.USAGE, "\"" + model + "\" names no provider: write provider/model");
        }
        String at = provider == null ? model.substring(0, slash) : provider;
        String name = provider == null ? model.substring(slash + 1) : model;
        PricesConfig config = server.configuration(terminal)
                .map(GatewayConfig::prices)
                .orElse(new PricesConfig(null, DEFAULT_INPUT, DEFAULT_OUTPUT));
        Prices prices = read(() -> Prices.load(config));
        Prices.Found found = prices.find(at, name);
        if (server.json()) {
            terminal.line(
                    json(at + "/" + name, found, prices.of(at, name).price()).toString());
        } else if (found == null) {
            terminal.line(at + "/" + name + " is in no list, so it costs the high default: $"
                    + config.defaultInputPerMillion().toDecimal() + " and $"
                    + config.defaultOutputPerMillion().toDecimal() + " per million tokens");
        } else {
            print(at + "/" + name, found);
        }
        return found == null ? CliFailure.NO : 0;
    }

    private void print(String model, Prices.Found found) {
        PriceEntry entry = found.entry();
        List<PriceSnapshot.Source> sources = sources(found);
        List<List<String>> rows = new ArrayList<>();
        of(entry, PriceField.Unit.MILLION_TOKENS)
                .forEach((field, amount) -> rows.add(List.of(
                        field.key(), amount.toDecimal(), source(entry.sources().get(field), sources))));
        for (PriceEntry.Tier tier : entry.tiers()) {
            tier.amounts()
                    .forEach((field, amount) ->
                            rows.add(List.of(field.key() + ", input above " + tier.above(), amount.toDecimal(), "-")));
        }
        Price price = entry.price(found.list().version());
        for (ServiceTier tier : unlisted(price)) {
            Rates rates = price.rates(tier);
            rows.add(List.of(tier.code() + ", input", rates.input().toDecimal(), IN_NO_LIST));
            rows.add(List.of(tier.code() + ", output", rates.output().toDecimal(), IN_NO_LIST));
        }
        terminal.line(model + ", from list " + found.list().version());
        terminal.table(List.of("WHAT", "$ PER MILLION", "SOURCE"), rows);
        terminal.line("");
        terminal.table(List.of("BESIDE TOKENS", "$ PER USE", "SOURCE"), fees(entry, price, sources));
        switch (entry.searching()) {
            case EACH -> {}
            case ONCE -> terminal.line("a call that searches pays for one search, however often it does");
            case ALWAYS -> terminal.line("each call searches once, asked or not");
        }
        terminal.line("context window " + orUnknown(entry.contextWindow()) + ", longest answer "
                + orUnknown(entry.maxOutputTokens()) + " tokens");
    }

    private static Map<PriceField, NanoUsd> of(PriceEntry entry, PriceField.Unit unit) {
        Map<PriceField, NanoUsd> those = new EnumMap<>(entry.amounts());
        those.keySet().removeIf(field -> field.unit() != unit);
        return those;
    }

    private static List<List<String>> fees(PriceEntry entry, Price price, List<PriceSnapshot.Source> sources) {
        List<List<String>> rows = new ArrayList<>();
        of(entry, PriceField.Unit.USE)
                .forEach((field, amount) -> rows.add(List.of(
                        field.key(), amount.toDecimal(), source(entry.sources().get(field), sources))));
        for (HostedService service : unlistedFees(price)) {
            rows.add(List.of(key(service), price.fees().of(service).toDecimal(), IN_NO_LIST));
        }
        return rows;
    }

    private static List<HostedService> unlistedFees(Price price) {
        return Arrays.stream(HostedService.values())
                .filter(service -> !price.fees().each().containsKey(service))
                .toList();
    }

    private static String key(HostedService service) {
        return service.code().replace('_', '-');
    }

    /** Tiers of service that calls are held and charged by although no list has them. */
    private static List<ServiceTier> unlisted(Price price) {
        return Arrays.stream(ServiceTier.values())
                .filter(tier -> !price.lists(tier))
                .toList();
    }

    private static String orUnknown(int tokens) {
        return tokens == 0 ? "unknown" : String.valueOf(tokens);
    }

    private static List<PriceSnapshot.Source> sources(Prices.Found found) {
        return found.list() instanceof PriceSource.Snapshot list
                ? list.snapshot().sources()
                : List.of();
    }

    private static String source(@Nullable Integer index, List<PriceSnapshot.Source> sources) {
        if (index == null || index >= sources.size()) {
            return "-";
        }
        PriceSnapshot.Source source = sources.get(index);
        return source.name() + " " + source.state() + " (" + source.licence() + ")";
    }

    private static ObjectNode json(String model, Prices.@Nullable Found found, Price price) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("model", model).put("listed", found != null).put("price_version", price.version());
        ArrayNode amounts = json.putArray("amounts");
        if (found == null) {
            amount(amounts, PriceField.INPUT, price.inputPerMillion());
            amount(amounts, PriceField.OUTPUT, price.outputPerMillion());
            return json;
        }
        PriceEntry entry = found.entry();
        List<PriceSnapshot.Source> sources = sources(found);
        entry.amounts()
                .forEach((field, amount) -> amount(amounts, field, amount)
                        .put("source", source(entry.sources().get(field), sources)));
        for (PriceEntry.Tier tier : entry.tiers()) {
            tier.amounts()
                    .forEach((field, amount) -> amount(amounts, field, amount).put("input_tokens_above", tier.above()));
        }
        for (ServiceTier tier : unlisted(price)) {
            Rates rates = price.rates(tier);
            json.withArray("service_tiers")
                    .addObject()
                    .put("tier", tier.code())
                    .put("input_usd_per_million", rates.input().toDecimal())
                    .put("output_usd_per_million", rates.output().toDecimal())
                    .put("source", IN_NO_LIST);
        }
        for (HostedService service : unlistedFees(price)) {
            amounts.addObject()
                    .put("what", key(service))
                    .put("usd_per_use", price.fees().of(service).toDecimal())
                    .put("source", IN_NO_LIST);
        }
        json.put("searching", entry.searching().name().toLowerCase(Locale.ROOT));
        return json.put("context_window", entry.contextWindow()).put("max_output_tokens", entry.maxOutputTokens());
    }

    private static ObjectNode amount(ArrayNode amounts, PriceField field, NanoUsd amount) {
        return amounts.addObject()
                .put("what", field.key())
                .put(field.unit() == PriceField.Unit.USE ? "usd_per_use" : "usd_per_million", amount.toDecimal());
    }

    @Command(
            name = "diff",
            description = "what a price list says otherwise than the one in the program",
            mixinStandardHelpOptions = true)
    int diff(
            @Mixin ProvidersCommand.Printing printing,
            @Parameters(paramLabel = "FILE", description = "a list as prices.file names one") Path file) {
        PriceSource theirs = read(() -> PriceSource.read(file, List.of()));
        PriceSnapshot ours = PriceSnapshot.builtIn();
        List<List<String>> rows = differences(theirs, ours);
        if (printing.json()) {
            ArrayNode array = JsonMapper.shared().createArrayNode();
            rows.forEach(row -> array.addObject()
                    .put("model", row.get(0))
                    .put("what", row.get(1))
                    .put("built_in", row.get(2))
                    .put("file", row.get(3))
                    .put("look", row.get(4)));
            terminal.line(array.toString());
            return 0;
        }
        terminal.table(List.of("MODEL", "WHAT", "BUILT IN", "FILE", "LOOK"), rows);
        terminal.note(rows.size() + " differences between " + ours.version() + " and " + theirs.version());
        return 0;
    }

    private static List<List<String>> differences(PriceSource theirs, PriceSnapshot ours) {
        List<List<String>> rows = new ArrayList<>();
        for (String name : new TreeSet<>(theirs.names())) {
            int slash = Math.max(0, name.indexOf('/'));
            PriceEntry now = theirs.find(name.substring(0, slash), name.substring(slash + (slash > 0 ? 1 : 0)));
            PriceEntry before = ours.find(name);
            if (now != null && before == null) {
                rows.add(List.of(name, "new", "-", shown(now.amounts().get(PriceField.INPUT)), ""));
            } else if (now != null && before != null) {
                differences(name, before.amounts(), now.amounts(), rows);
            }
        }
        return rows;
    }

    private static void differences(
            String name, Map<PriceField, NanoUsd> before, Map<PriceField, NanoUsd> now, List<List<String>> rows) {
        for (PriceField field : PriceField.values()) {
            NanoUsd was = before.get(field);
            NanoUsd is = now.get(field);
            if (was == null ? is != null : !was.equals(is)) {
                rows.add(
                        List.of(name, field.key(), shown(was), shown(is), isSuspicious(was, is) ? "over 5 times" : ""));
            }
        }
    }

    /** A move of more than five times between lists is more often a mistake than a price. */
    private static boolean isSuspicious(@Nullable NanoUsd was, @Nullable NanoUsd is) {
        if (was == null || is == null) {
            return false;
        }
        BigDecimal low = BigDecimal.valueOf(Math.min(was.nanos(), is.nanos()));
        return low.multiply(SUSPICIOUS).compareTo(BigDecimal.valueOf(Math.max(was.nanos(), is.nanos()))) < 0;
    }

    private static String shown(@Nullable NanoUsd amount) {
        return amount == null ? "-" : amount.toDecimal();
    }

    @Command(
            name = "refresh",
            description = "make a price list from published catalogues; prices.file then names it",
            mixinStandardHelpOptions = true)
    int refresh(
            @Option(
                            names = "--to",
                            paramLabel = "FILE",
                            defaultValue = "prices.jsonl.gz",
                            description = "what to write")
                    Path to,
            @Option(names = "--version-name", required = true, paramLabel = "NAME", description = "the list's version")
                    String version,
            @Option(
                            names = "--from",
                            paramLabel = "FORM=PLACE[#NAME]",
                            description = "a catalogue; FORM is models-dev or litellm, PLACE a file or URL."
                                    + " Repeat it; what earlier ones say goes first. Default: both from the network")
                    @Nullable
                    List<String> from,
            @Mixin PriceSigning signing)
            throws IOException {
        PriceRefresh refresh = new PriceRefresh(from == null ? PriceRefresh.PUBLISHED : from);
        int models = refresh.write(to, version);
        terminal.line(models + " models in " + to);
        signing.sign(to, terminal);
        terminal.note("see what changed with: portreeve prices diff " + to);
        return 0;
    }

    @Command(
            name = "sign",
            description = "sign a price list: writes FILE.note, which is checked whenever the list is read",
            mixinStandardHelpOptions = true)
    int sign(
            @Parameters(paramLabel = "FILE", description = "a list as prices.file names one") Path file,
            @Mixin PriceSigning signing)
            throws IOException {
        if (!signing.isAsked()) {
            throw new CliFailure(CliFailure.USAGE, "a list is signed with a key: give --key");
        }
        signing.sign(file, terminal);
        return 0;
    }

    private static <R> R read(Supplier<R> reading) {
        try {
            return reading.get();
        } catch (IllegalArgumentException | UncheckedIOException unusable) {
            throw new CliFailure(CliFailure.USAGE, String.valueOf(unusable.getMessage()), unusable);
        }
    }
}
