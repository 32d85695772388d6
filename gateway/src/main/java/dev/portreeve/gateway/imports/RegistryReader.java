package dev.portreeve.gateway.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One server as registries describe it: where it runs ({@code remotes}) and from what package one can start it. A remote
 * over Streamable HTTP is taken first, then a package, then a remote over the older transport; the others are named in the
 * report. Files of before September 2025 write the same keys with underscores.
 */
final class RegistryReader {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_-]*)}");
    private static final String REMOTES = "remotes";
    private static final String PACKAGES = "packages";
    private final Remarks remarks;
    private final JsonNode entry;
    private final String name;

    RegistryReader(SourceText source, Remarks remarks) {
        this.remarks = remarks;
        this.entry = source.root().path("server").isObject() ? source.root().path("server") : source.root();
        this.name = entry.path("name").asString("server");
    }

    List<FoundServer> read() {
        List<FoundServer> ways = new ArrayList<>();
        remotes(ways, false);
        packages(ways);
        remotes(ways, true);
        ways.stream()
                .skip(1)
                .forEach(way -> remarks.add(
                        name, way.path(), "another way to the same server; the import takes the first one it can use"));
        return ways.stream().limit(1).toList();
    }

    private void remotes(List<FoundServer> ways, boolean sse) {
        int i = 0;
        for (JsonNode remote : entry.path(REMOTES)) {
            String path = REMOTES + "." + i++;
            String type = get(remote, "type", "transport_type").asString("streamable-http");
            if (type.equals("sse") != sse) {
                continue;
            }
            String url = template(remote.path("url").asString(""), remote.path("variables"));
            if ((!type.equals("sse") && !type.equals("streamable-http")) || url.isEmpty()) {
                remarks.add(name, path, "a transport that the gateway does not speak, or no url; left out");
                continue;
            }
            Map<String, String> headers = values(remote.path("headers"), path + ".headers", true);
            ways.add(new FoundServer(
                    name, path, List.of(), Map.of(), url, sse, headers, List.of(), null, true, null, null, List.of()));
        }
    }

    private void packages(List<FoundServer> ways) {
        int i = 0;
        for (JsonNode one : entry.path(PACKAGES)) {
            String path = PACKAGES + "." + i++;
            String transport = one.path("transport").path("type").asString("stdio");
            List<String> runner = runner(one);
            if (!transport.equals("stdio") || runner.isEmpty()) {
                remarks.add(
                        name,
                        path,
                        runner.isEmpty()
                                ? "a package that has to be installed by hand; left out"
                                : "a package that is started here and spoken to over HTTP: start it yourself, give its url");
                continue;
            }
            Map<String, String> env = values(
                    get(one, "environmentVariables", "environment_variables"), path + ".environmentVariables", false);
            ways.add(new FoundServer(
                    name,
                    path,
                    command(one, runner, env, path),
                    env,
                    null,
                    false,
                    Map.of(),
                    List.of(),
                    null,
                    true,
                    null,
                    null,
                    List.of()));
        }
    }

    private static List<String> runner(JsonNode one) {
        String type = get(one, "registryType", "registry_type").asString("");
        String hint = get(one, "runtimeHint", "runtime_hint").asString("");
        return switch (type) {
            case "npm" -> hint.isEmpty() || hint.equals("npx") ? List.of("npx", "-y") : List.of(hint);
            case "pypi" -> List.of(hint.isEmpty() ? "uvx" : hint);
            case "nuget" -> List.of(hint.isEmpty() ? "dnx" : hint);
            case "oci" -> List.of(hint.isEmpty() ? "docker" : hint, "run", "-i", "--rm");
            default -> List.of();
        };
    }

    private List<String> command(JsonNode one, List<String> runner, Map<String, String> env, String path) {
        List<String> command = new ArrayList<>(runner);
        boolean image = get(one, "registryType", "registry_type").asString("").equals("oci");
        if (image) {
            env.keySet().forEach(variable -> command.addAll(List.of("-e", variable)));
        }
        arguments(get(one, "runtimeArguments", "runtime_arguments"), command, path + ".runtimeArguments");
        String version = one.path("version").asString("");
        String identifier = one.path("identifier").asString("");
        boolean pinned = version.isEmpty() || identifier.lastIndexOf(image ? ':' : '@') > identifier.lastIndexOf('/');
        command.add(pinned ? identifier : identifier + (image ? ":" : "@") + version);
        arguments(get(one, "packageArguments", "package_arguments"), command, path + ".packageArguments");
        return command.stream().distinct().count() == command.size() ? command : withoutSecondYes(command);
    }

    /** {@code npx -y} is ours; a file that says it too says it twice. */
    private static List<String> withoutSecondYes(List<String> command) {
        boolean twice = command.size() > 2
                && command.getFirst().equals("npx")
                && command.get(2).equals("-y");
        if (twice) {
            command.remove(2);
        }
        return command;
    }

    private void arguments(JsonNode arguments, List<String> command, String path) {
        for (JsonNode argument : arguments) {
            String hint = get(argument, "valueHint", "value_hint")
                    .asString(argument.path("name").asString("argument"));
            boolean required = get(argument, "isRequired", "is_required").asBoolean(false);
            String value = value(argument, hint, required);
            boolean named = argument.path("type").asString("").equals("named");
            if (value == null) {
                remarks.add(name, path, "the optional argument \"" + hint + "\" has no value; left out");
                continue;
            }
            if (named) {
                command.add(argument.path("name").asString(""));
            }
            command.add(value);
        }
    }

    /** Variables of the environment, or headers: both are a name and how to get a value. */
    private Map<String, String> values(JsonNode inputs, String path, boolean headers) {
        Map<String, String> values = new LinkedHashMap<>();
        for (JsonNode input : inputs) {
            String key = input.path("name").asString("");
            boolean secret = get(input, "isSecret", "is_secret").asBoolean(false);
            boolean required = get(input, "isRequired", "is_required").asBoolean(false) || secret;
            String value = value(input, headers ? slug() + "-" + key : key, required);
            if (value == null) {
                remarks.add(name, path, "\"" + key + "\" is optional and has no value; left out");
            } else {
                values.put(key, value);
            }
        }
        return values;
    }

    private @Nullable String value(JsonNode input, String variable, boolean required) {
        JsonNode value = input.has("value") ? input.path("value") : input.path("default");
        boolean secret = get(input, "isSecret", "is_secret").asBoolean(false);
        if (value.isMissingNode()
                || (secret && !PLACEHOLDER.matcher(value.asString("")).find())) {
            return required ? "${" + References.variable(variable) + "}" : null;
        }
        return template(value.asString(""), input.path("variables"));
    }

    /** {@code {tenant}} is a variable that the file describes; other braces are what they are. */
    private String template(String text, JsonNode variables) {
        return PLACEHOLDER.matcher(References.escape(text)).replaceAll(found -> {
            JsonNode variable = variables.path(found.group(1));
            if (variable.isMissingNode()) {
                return Matcher.quoteReplacement(found.group());
            }
            JsonNode given = variable.has("value") ? variable.path("value") : variable.path("default");
            String own = References.variable(slug() + "-" + found.group(1));
            return Matcher.quoteReplacement(
                    given.isMissingNode() ? "${" + own + "}" : "${" + own + ":-" + given.asString("") + "}");
        });
    }

    private String slug() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static JsonNode get(JsonNode node, String key, String older) {
        return node.has(key) ? node.path(key) : node.path(older);
    }
}
