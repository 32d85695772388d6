package dev.portreeve.gateway.cli;

import dev.portreeve.gateway.config.KnownProvider;
import dev.portreeve.gateway.config.KnownProviders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code portreeve providers list|show}: the providers whose address and ways need not be configured. Needs no server. */
@Command(name = "providers", description = "the model providers this program knows", mixinStandardHelpOptions = true)
public final class ProvidersCommand {
    private final Terminal terminal;

    public ProvidersCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** How results are printed, for commands that speak to no server. */
    static final class Printing {
        @Option(
                names = {"-o", "--output"},
                paramLabel = "text|json",
                description = "how to print the result (default: text)")
        private ServerOptions.Format format = ServerOptions.Format.text;

        boolean json() {
            return format == ServerOptions.Format.json;
        }
    }

    @Command(name = "list", description = "all of them, by id", mixinStandardHelpOptions = true)
    int list(@Mixin Printing printing) {
        List<KnownProvider> all = KnownProviders.builtIn().all();
        if (printing.json()) {
            ArrayNode array = JsonMapper.shared().createArrayNode();
            all.forEach(provider -> array.add(json(provider)));
            terminal.line(array.toString());
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        for (KnownProvider provider : all) {
            rows.add(List.of(
                    provider.id(),
                    provider.name(),
                    provider.unusable() == null ? "yes" : "not yet",
                    Terminal.orDash(provider.keyVariable()),
                    provider.baseUrl()));
        }
        terminal.table(List.of("ID", "NAME", "USABLE", "KEY FROM", "ADDRESS"), rows);
        return 0;
    }

    @Command(name = "show", description = "what is known of one, and how to use it", mixinStandardHelpOptions = true)
    int show(@Mixin Printing printing, @Parameters(paramLabel = "ID") String id) {
        KnownProvider provider = KnownProviders.builtIn().find(id);
        if (provider == null) {
            throw new CliFailure(
                    CliFailure.NO,
                    "there is no known provider \"" + id + "\""
                            + KnownProviders.builtIn().hint(id)
                            + "; any server that speaks openai chat works with id, base-url and api-key");
        }
        if (printing.json()) {
            terminal.line(json(provider).toString());
        } else {
            print(provider);
        }
        return 0;
    }

    private void print(KnownProvider provider) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("id", provider.id()));
        rows.add(List.of("name", provider.name()));
        rows.add(List.of("also called", Terminal.orDash(String.join(", ", provider.aliases()))));
        rows.add(List.of("address", provider.baseUrl()));
        rows.add(List.of("made with", Terminal.orDash(String.join(", ", provider.placeholders()))));
        rows.add(List.of("dialects", wires(provider)));
        rows.add(List.of("credential", provider.auth().text()));
        rows.add(List.of("key from", Terminal.orDash(provider.keyVariable())));
        rows.add(List.of("output cap", cap(provider)));
        rows.add(List.of("note", Terminal.orDash(provider.note())));
        rows.add(List.of("address checked", provider.unconfirmed() ? "no" : "against published catalogues"));
        String why = provider.unusable();
        rows.add(List.of("usable", why == null ? "yes" : "not yet: it " + why));
        terminal.table(List.of("WHAT", "VALUE"), rows);
        if (why == null) {
            String key = provider.auth() == KnownProvider.Auth.NONE || provider.keyVariable() == null
                    ? ""
                    : ", api-key: \"${" + provider.keyVariable() + "}\"";
            terminal.line("");
            terminal.line("providers:");
            terminal.line("  - { id: " + provider.id() + key + " }");
        }
    }

    private static ObjectNode json(KnownProvider provider) {
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("id", provider.id()).put("name", provider.name()).put("base_url", provider.baseUrl());
        json.put("key_variable", provider.keyVariable())
                .put("auth", provider.auth().text());
        ArrayNode dialects = json.putArray("dialects");
        provider.dialects().forEach(wire -> dialects.add(wire.text()));
        ArrayNode aliases = json.putArray("aliases");
        provider.aliases().forEach(aliases::add);
        ArrayNode variables = json.putArray("address_variables");
        provider.placeholders().forEach(variables::add);
        json.put("output_cap", cap(provider)).put("note", provider.note());
        json.put("usable", provider.unusable() == null).put("why_not", provider.unusable());
        return json.put("unconfirmed", provider.unconfirmed());
    }

    private static String wires(KnownProvider provider) {
        return provider.dialects().stream().map(KnownProvider.Wire::text).collect(Collectors.joining(", "));
    }

    private static String cap(KnownProvider provider) {
        return provider.outputCap().name().toLowerCase(Locale.ROOT);
    }
}
