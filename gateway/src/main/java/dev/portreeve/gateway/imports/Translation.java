package dev.portreeve.gateway.imports;

import dev.portreeve.gateway.config.ConfigEdit;
import dev.portreeve.gateway.config.YamlScalar;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The way from a client's file to entries of ours: read, name, take the secrets out, write. One file, one thread. */
final class Translation {
    private static final Pattern VARIABLE = Pattern.compile(References.NAME);
    private static final Pattern SAFE_TOOL = Pattern.compile("[A-Za-z0-9_-]+");
    private static final Pattern PRIVATE =
            Pattern.compile("https?://(10\\.|192\\.168\\.|169\\.254\\.|172\\.(1[6-9]|2\\d|3[01])\\."
                    + "|[^/:]*\\.(local|internal|lan|home\\.arpa)(?=[:/]|$)).*");
    private static final int LONGEST_NAME = 64;
    private static final String BEARER = "Bearer ";
    private final SourceText source;
    private final ClientFormat format;
    private final Remarks remarks;
    private final References references;

    Translation(SourceText source) {
        this.source = source;
        this.format = ClientFormat.of(source);
        this.remarks = new Remarks(source);
        this.references = new References(format);
    }

    Imported read(Slugs slugs) {
        List<FoundServer> found = switch (format) {
            case CODEX -> new CodexReader(source, remarks).read();
            case REGISTRY -> new RegistryReader(source, remarks).read();
            case CLAUDE_CODE, CLAUDE_DESKTOP, CURSOR, VS_CODE, GEMINI_CLI, COMMON ->
                new CommonReader(source, format, remarks, references).read();
        };
        Concealment concealment = new Concealment(references);
        found.forEach(concealment::references);
        List<ImportedServer> servers = new ArrayList<>();
        List<ConfigEdit.Entry> rules = new ArrayList<>();
        for (FoundServer server : found) {
            String slug = slugs.of(server.name());
            servers.add(server(slug, concealment.conceal(server, slug)));
            rules.addAll(rules(slug, server));
        }
        return new Imported(source.name(), format, servers, rules, concealment.variables(), remarks.all());
    }

    private ImportedServer server(String slug, FoundServer server) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("slug", slug);
        boolean process = server.url() == null;
        if (process) {
            process(server, values);
        } else {
            values.put("url", YamlScalar.text(String.valueOf(server.url())));
            auth(server, values);
            if (PRIVATE.matcher(String.valueOf(server.url())).matches()) {
                remarks.add(
                        server.name(),
                        server.path(),
                        "leads into a private network: write allow-private: true if the gateway shall go there");
            }
        }
        if (server.timeout() != null) {
            values.put("call-timeout", duration(server.timeout()));
        }
        boolean disabled = process || !server.enabled();
        if (disabled) {
            values.put("disabled", "true");
        }
        if (server.sse()) {
            remarks.add(
                    server.name(),
                    server.path(),
                    "the client speaks the older HTTP+SSE with it, and so does the gateway; if it also has a Streamable HTTP"
                            + " address, often /mcp in place of /sse, take that");
        }
        List<String> comments = slug.equals(server.name()) ? List.of() : List.of(comment(server.name()));
        String transport = process ? "stdio" : server.sse() ? "sse" : "http";
        return new ImportedServer(
                slug,
                server.name(),
                transport,
                disabled,
                source.line(server.path()),
                new ConfigEdit.Entry(comments, values));
    }

    private void process(FoundServer server, Map<String, String> values) {
        values.put("command", YamlScalar.list(server.command()));
        Map<String, String> env = new LinkedHashMap<>();
        server.env().forEach((name, value) -> {
            if (VARIABLE.matcher(name).matches()) {
                env.put(name, value);
            } else {
                remarks.add(server.name(), server.path() + ".env", "a name that no variable can have; left out");
            }
        });
        if (!env.isEmpty()) {
            values.put("env", YamlScalar.map(env));
        }
        List<String> how = new ArrayList<>();
        if (!server.inherited().isEmpty()) {
            how.add("inherit-env: " + YamlScalar.list(server.inherited()));
        }
        if (server.folder() != null) {
            how.add("working-directory: " + YamlScalar.text(server.folder()));
        }
        if (!how.isEmpty()) {
            values.put("process", "{ " + String.join(", ", how) + " }");
        }
        if (server.command().stream().anyMatch(word -> word.startsWith("mcp-remote"))) {
            remarks.add(
                    server.name(),
                    server.path(),
                    "mcp-remote only connects to a URL: an entry with that url needs no process");
        }
        String program = server.command().getFirst();
        if (program.contains(" ") && server.command().size() == 1) {
            remarks.add(
                    server.name(),
                    server.path() + ".command",
                    "is run without a shell: write program and arguments apart");
        }
    }

    private static void auth(FoundServer server, Map<String, String> values) {
        if (server.headers().isEmpty()) {
            return;
        }
        Map.Entry<String, String> first = server.headers().entrySet().iterator().next();
        boolean bearer = server.headers().size() == 1
                && first.getKey().equalsIgnoreCase("authorization")
                && first.getValue().regionMatches(true, 0, BEARER, 0, BEARER.length());
        values.put(
                "auth",
                bearer
                        ? "{ bearer: "
                                + YamlScalar.text(first.getValue()
                                        .substring(BEARER.length())
                                        .strip()) + " }"
                        : "{ headers: " + YamlScalar.map(server.headers()) + " }");
    }

    /** What the client kept from its model stays denied, whatever is allowed later. */
    private List<ConfigEdit.Entry> rules(String slug, FoundServer server) {
        List<ConfigEdit.Entry> rules = new ArrayList<>();
        List<String> chosen = server.only();
        if (chosen != null) {
            List<String> only = names(slug, server, chosen, "a tool of the client's choice");
            rules.add(
                    only.isEmpty()
                            ? deny(Imported.onlyId(slug), List.of(slug + "__*"), null)
                            : deny(
                                    Imported.onlyId(slug),
                                    List.of(slug + "__*"),
                                    "!(call.name in " + quoted(only) + ")"));
        }
        List<String> without = names(slug, server, server.without(), "a disabled tool");
        if (!without.isEmpty()) {
            rules.add(deny(Imported.ruleId(slug), without, null));
        }
        return rules;
    }

    private List<String> names(String slug, FoundServer server, List<String> tools, String which) {
        List<String> names = new ArrayList<>();
        for (String tool : tools) {
            String name = slug + "__" + tool;
            if (SAFE_TOOL.matcher(tool).matches() && name.length() <= LONGEST_NAME) {
                names.add(name);
            } else {
                remarks.add(server.name(), server.path(), which + " has a name that is shortened here: write its rule");
            }
        }
        return names;
    }

    // The names are letters, digits, hyphens and underscores by now.
    private static String quoted(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", ", "[", "]"));
    }

    private static ConfigEdit.Entry deny(String id, List<String> tools, @Nullable String when) {
        Map<String, String> rule = new LinkedHashMap<>();
        rule.put("id", id);
        rule.put("effect", "deny");
        rule.put("tools", YamlScalar.list(tools));
        if (when != null) {
            rule.put("when", YamlScalar.text(when));
        }
        return new ConfigEdit.Entry(List.of(), rule);
    }

    /** On one line, whatever the name holds. */
    static String comment(String name) {
        return name.replaceAll("\\p{Cntrl}|\\p{Cf}|[\\u2028\\u2029]", "?");
    }

    private static String duration(Duration time) {
        long millis = time.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
