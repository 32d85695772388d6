package dev.portreeve.examples.docs;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.Default;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.policy.access.Inline;
import dev.portreeve.policy.call.NanoUsd;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the reference of the configuration from what the program reads it with: the records, their comments in the sources,
 * and the values that a file gets which says only what it must.
 */
final class ConfigurationPage {
    private static final String HEAD = """
            # Configuration

            One YAML file: `portreeve serve --config portreeve.yaml`. `portreeve check --config portreeve.yaml` reads it and says what
            is wrong, all of it, with line, path and the nearest valid name: unknown keys, unset variables and names that lead
            nowhere stop the start. Nothing else is read but what the file names.

            Values may contain `${VAR}`, `${VAR:-otherwise}` and `${file:/path}`. Durations are written `500ms`, `30s`, `15m`, `24h`,
            `30d`. Relative paths are relative to the file's folder.

            This page is made from the program; a test fails where it is not. **Bold** keys must be there.
            """;

    /** The least a file can say and have one of everything. */
    private static final String LEAST = """
            providers: [ { id: p, base-url: "http://127.0.0.1:1/v1", tls: { trust: ca.pem } } ]
            models: [ { name: m, route: { targets: [ { model: p/x } ] } } ]
            tool-servers: [ { slug: s, url: "http://127.0.0.1:1/mcp", auth: { bearer: b }, wording: [ { tool: w, title: x } ] } ]
            views: [ { id: v, tools: [ { from: s, names: ["*"] } ] } ]
            organisation:
              rates: [ { currency: EUR, per-usd: 0.86, date: 2026-11-20 } ]
              tenants: [ { id: t, budgets: [ { limit-usd: 1 } ], teams: [ { id: u, agents: [ { id: a } ] } ], users: [ { id: w } ], keys: [ { id: k00000000001 } ] } ]
            policies: [ { id: r, effect: allow, models: [m], who: { tenant: t } } ]
            guardrails: [ { id: g, detect: secrets } ]
            approvals: { webhooks: [ { url: "http://127.0.0.1:1/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw } ] }
            """;

    /** Keys that stand above only because one of several is needed, or to have one of everything. */
    private static final Set<String> CHOSEN = Set.of(
            "providers[].base-url",
            "providers[].tls",
            "tool-servers[].url",
            "tool-servers[].auth",
            "tool-servers[].wording",
            "tool-servers[].wording[].title",
            "policies[].who",
            "policies[].who.tenant");

    private final Path root;
    private final StringBuilder page = new StringBuilder(HEAD);
    private final Set<Class<?>> written = new LinkedHashSet<>();

    ConfigurationPage(Path root) {
        this.root = root;
    }

    String write() throws ReflectiveOperationException, IOException {
        GatewayConfig least = ConfigFile.parse("least.yaml", LEAST, root, name -> null);
        section("", GatewayConfig.class, least);
        return page.toString();
    }

    private void section(String path, Class<?> type, @Nullable Object value)
            throws ReflectiveOperationException, IOException {
        if (!written.add(type)) {
            return;
        }
        String comment = comment(type);
        page.append("\n## ")
                .append(path.isEmpty() ? "The file" : "`" + path + "`")
                .append("\n\n");
        page.append(tidy(comment.replaceFirst("(?s)@param.*", ""))).append("\n\n");
        page.append("| key | meaning | if absent |\n|---|---|---|\n");
        rows(path, type, value);
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> inner = component.isAnnotationPresent(Inline.class) ? null : recordIn(component.getGenericType());
            if (inner != null) {
                Object found = first(read(component, value));
                section(child(path, component) + (isMany(component) ? "[]" : ""), inner, found);
            }
        }
    }

    private void rows(String path, Class<?> type, @Nullable Object value)
            throws ReflectiveOperationException, IOException {
        String comment = comment(type);
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Inline.class)) {
                rows(path, component.getType(), read(component, value));
            } else {
                page.append(row(path, component, value, parameter(comment, component.getName())));
            }
        }
    }

    private String row(String path, RecordComponent component, @Nullable Object value, String meaning)
            throws ReflectiveOperationException {
        Class<?> inner = recordIn(component.getGenericType());
        Class<?> choice = choiceIn(component.getGenericType());
        String means = meaning;
        if (inner != null && means.isEmpty()) {
            means = "see below";
        }
        if (choice != null) {
            means += (means.isEmpty() ? "" : "; ") + "one of "
                    + Arrays.stream(choice.getEnumConstants())
                            .map(constant -> "`" + shown(constant) + "`")
                            .collect(Collectors.joining(", "));
        }
        String absent = absent(child(path, component), component, read(component, value));
        String key = absent.equals("required") ? "**" + key(component) + "**" : "`" + key(component) + "`";
        return "| " + key + " | " + means.replace("|", "\\|") + " | " + absent + " |\n";
    }

    private static String absent(String path, RecordComponent component, @Nullable Object found) {
        Default standard = component.getAnnotation(Default.class);
        if (standard != null) {
            return List.of("{}", "[]").contains(standard.value()) ? "" : "`" + standard.value() + "`";
        }
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        if (nullable || CHOSEN.contains(path)) {
            return "";
        }
        boolean given = LEAST.contains(" " + key(component) + ":") || LEAST.contains("\n" + key(component) + ":");
        boolean list = Collection.class.isAssignableFrom(component.getType());
        if (given && (!list || path.endsWith(".targets"))) {
            return "required";
        }
        String text = found == null ? "" : shown(found);
        return text.isEmpty() || text.equals("[]") || text.equals("{}") ? "" : "`" + text + "`";
    }

    private static String shown(Object value) {
        return switch (value) {
            case Duration duration -> duration.toString().substring(2).toLowerCase(Locale.ROOT);
            case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Collection<?> many ->
                many.stream().map(ConfigurationPage::shown).sorted().toList().toString();
            case Map<?, ?> map -> map.toString();
            case BigDecimal number -> number.toPlainString();
            case NanoUsd amount -> amount.toDecimal();
            case Record record -> "";
            default -> value.toString().equals("Z") ? "UTC" : value.toString();
        };
    }

    private static @Nullable Object read(RecordComponent component, @Nullable Object value)
            throws ReflectiveOperationException {
        return value == null ? null : component.getAccessor().invoke(value);
    }

    private static @Nullable Object first(@Nullable Object value) {
        return value instanceof Collection<?> many ? many.stream().findFirst().orElse(null) : value;
    }

    private static boolean isMany(RecordComponent component) {
        return Collection.class.isAssignableFrom(component.getType());
    }

    private static @Nullable Class<?> element(Type type) {
        Type plain = type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[0] : type;
        return plain instanceof Class<?> known ? known : null;
    }

    /** Records with keys of their own; others are written as one value. */
    private static @Nullable Class<?> recordIn(Type type) {
        Class<?> element = element(type);
        boolean oneValue = element == null
                || !element.isRecord()
                || Set.of("NanoUsd", "Secret", "HostPort").contains(element.getSimpleName());
        return oneValue ? null : element;
    }

    private static @Nullable Class<?> choiceIn(Type type) {
        Class<?> element = element(type);
        return element != null && element.isEnum() ? element : null;
    }

    private static String child(String path, RecordComponent component) {
        return (path.isEmpty() ? "" : path + ".") + key(component);
    }

    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** The comment above a record in its source. */
    private String comment(Class<?> type) throws IOException {
        String outermost = type.getName().replaceFirst("\\$.*", "");
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("gateway", "policy", "mcp-hub")) {
            sources.add(root.resolve(module + "/src/main/java").resolve(outermost.replace('.', '/') + ".java"));
        }
        Path source = sources.stream().filter(Files::exists).findFirst().orElseThrow();
        Pattern above = Pattern.compile(
                "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public record " + type.getSimpleName() + "\\(", Pattern.DOTALL);
        Matcher matcher = above.matcher(Files.readString(source));
        return matcher.find() ? matcher.group(1).replaceAll("(?m)^\\s*\\* ?", "") : "";
    }

    private static String parameter(String comment, String name) {
        Matcher matcher = Pattern.compile("@param " + name + "\\s+((?:(?!@param).)*)", Pattern.DOTALL)
                .matcher(comment);
        return matcher.find() ? tidy(matcher.group(1)) : "";
    }

    private static String tidy(String comment) {
        return comment.replaceAll("\\{@code\\s+([^}]*)}", "`$1`")
                .replaceAll("\\{@link #?([^}]*)}", "$1")
                .replaceAll("\\(INV-\\d: ", "(")
                .replace(" (INV-4)", "")
                .replace(", see KnownProvider", "")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
