package dev.portreeve.gateway.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes literal secrets out of what was found and puts references in their place. Equal values under one name share a
 * variable; different ones get names that begin with their server's. It keeps the values only to compare them.
 */
final class Concealment {
    private static final Pattern REFERENCE = Pattern.compile("(?<!\\$)\\$\\{(" + References.NAME + ")(:-[^}]*)?}");
    private static final Pattern FLAG = Pattern.compile("(--?[A-Za-z][A-Za-z0-9_-]*)([=:])(.*)", Pattern.DOTALL);
    private static final Pattern ASSIGNMENT = Pattern.compile("(" + References.NAME + ")=(.*)", Pattern.DOTALL);
    private static final Pattern HEADER = Pattern.compile("([A-Za-z][A-Za-z0-9-]*):\\s*(.+)", Pattern.DOTALL);
    private static final Pattern SCHEME = Pattern.compile("(?i)(bearer|basic|token|apikey)\\s+(.+)", Pattern.DOTALL);
    private static final Pattern QUERY = Pattern.compile("([?&;])([^=&;#]+)=([^&;#]*)");
    private static final Pattern USER_INFO = Pattern.compile("^([a-zA-Z][a-zA-Z0-9+.-]*://)([^/@:]*):([^/@]*)@");
    private final References references;
    /** By variable; no value is known where the file itself refers to the variable. */
    private final Map<String, @Nullable String> taken = new LinkedHashMap<>();

    private final List<Variable> variables = new ArrayList<>();

    Concealment(References references) {
        this.references = references;
    }

    List<Variable> variables() {
        return List.copyOf(variables);
    }

    /** Remembers the variables that a server's values refer to already, so that no secret takes their names. */
    void references(FoundServer server) {
        List<String> texts = new ArrayList<>(server.command());
        texts.addAll(server.env().values());
        texts.addAll(server.headers().values());
        texts.add(server.url() == null ? "" : server.url());
        texts.add(server.folder() == null ? "" : server.folder());
        for (String text : texts) {
            Matcher matcher = REFERENCE.matcher(text);
            while (matcher.find()) {
                String name = matcher.group(1);
                if (!taken.containsKey(name)) {
                    taken.put(name, null);
                    String question = references.question(name);
                    String purpose = question == null ? "referred to in the file" : question;
                    variables.add(new Variable(name, server.name(), purpose, false, matcher.group(2) != null));
                }
            }
        }
    }

    /** The server without its literal secrets. */
    FoundServer conceal(FoundServer server, String slug) {
        Source source = new Source(server.name(), slug);
        Map<String, String> env = new LinkedHashMap<>();
        server.env().forEach((name, value) -> env.put(name, env(source, name, value)));
        Map<String, String> headers = new LinkedHashMap<>();
        server.headers().forEach((name, value) -> headers.put(name, header(source, name, value)));
        String url = server.url() == null ? null : url(source, server.url());
        return new FoundServer(
                server.name(),
                server.path(),
                command(source, server.command()),
                env,
                url,
                server.sse(),
                headers,
                server.inherited(),
                server.folder(),
                server.enabled(),
                server.timeout(),
                server.only(),
                server.without());
    }

    private record Source(String server, String slug) {}

    private String env(Source source, String name, String value) {
        boolean keep = References.isReference(value) || !SecretForm.isSecret(name, value);
        return keep ? value : reference(source, name, name, value, "env " + name);
    }

    private String header(Source source, String name, String value) {
        if (References.isReference(value)
                || (!SecretForm.isSecret(name, value) && !SCHEME.matcher(value).matches())) {
            return value;
        }
        Matcher scheme = SCHEME.matcher(value);
        boolean authorization = name.equalsIgnoreCase("authorization");
        String own = source.slug() + "-" + (authorization ? "token" : name);
        return scheme.matches()
                ? scheme.group(1) + " " + reference(source, own, own, scheme.group(2), "header " + name)
                : reference(source, own, own, value, "header " + name);
    }

    private List<String> command(Source source, List<String> command) {
        List<String> concealed = new ArrayList<>();
        String before = "";
        for (String argument : command) {
            concealed.add(concealed.isEmpty() ? argument : argument(source, before, argument));
            before = argument;
        }
        return concealed;
    }

    private String argument(Source source, String before, String argument) {
        if (References.isReference(argument)) {
            return argument;
        }
        Matcher flag = FLAG.matcher(argument);
        if (flag.matches()) {
            String inside = argument(source, flag.group(1), flag.group(3));
            return flag.group(1) + flag.group(2) + inside;
        }
        Matcher assignment = ASSIGNMENT.matcher(argument);
        if (assignment.matches()) {
            return assignment.group(1) + "=" + env(source, assignment.group(1), assignment.group(2));
        }
        Matcher header = HEADER.matcher(argument);
        if (header.matches() && !header.group(2).startsWith("//")) {
            String space = argument.substring(header.end(1) + 1, header.start(2));
            return header.group(1) + ":" + space + header(source, header.group(1), header.group(2));
        }
        String word = before.startsWith("-") ? before.replaceAll("^-+", "") : "";
        if (!word.isEmpty() && !argument.startsWith("-") && SecretForm.isSecret(word, argument)) {
            String name = source.slug() + "-" + word;
            return reference(source, name, name, argument, "argument " + before);
        }
        if (argument.contains("://")) {
            return url(source, argument);
        }
        return issued(source, argument);
    }

    private String issued(Source source, String text) {
        String name = source.slug() + "-secret";
        if (SecretForm.isRandom(text)) {
            return reference(source, name, name, text, "an argument");
        }
        Matcher matcher = SecretForm.issued(text);
        return matcher.replaceAll(
                found -> Matcher.quoteReplacement(reference(source, name, name, found.group(), "part of an argument")));
    }

    private String url(Source source, String url) {
        Matcher user = USER_INFO.matcher(url);
        String open = url;
        if (user.find() && !References.isReference(user.group(3))) {
            String name = source.slug() + "-password";
            String hidden = reference(source, name, name, user.group(3), "the password in the URL");
            open = user.group(1) + user.group(2) + ":" + hidden + "@" + url.substring(user.end());
        }
        int query = open.indexOf('?');
        String path = query < 0 ? open : open.substring(0, query);
        String rest = query < 0 ? "" : open.substring(query);
        String hiddenRest = QUERY.matcher(rest).replaceAll(found -> {
            boolean keep =
                    References.isReference(found.group(3)) || !SecretForm.isSecret(found.group(2), found.group(3));
            String name = source.slug() + "-" + found.group(2);
            String value = keep
                    ? found.group(3)
                    : reference(source, name, name, found.group(3), "parameter " + found.group(2) + " in the URL");
            return Matcher.quoteReplacement(found.group(1) + found.group(2) + "=" + value);
        });
        return segments(source, path) + hiddenRest;
    }

    private String segments(Source source, String path) {
        int host = path.indexOf("://");
        int from = host < 0 ? -1 : path.indexOf('/', host + 3);
        if (from < 0) {
            return path;
        }
        List<String> segments = new ArrayList<>();
        for (String segment : path.substring(from).split("/", -1)) {
            boolean keep = References.isReference(segment) || !SecretForm.isSecret(segment);
            String name = source.slug() + "-url-secret";
            segments.add(keep ? segment : reference(source, name, name, segment, "a part of the URL"));
        }
        return path.substring(0, from) + String.join("/", segments);
    }

    /** A free variable of that name, or the one that holds the same value already. */
    private String reference(Source source, String wanted, String longer, String value, String purpose) {
        String plain = References.variable(wanted);
        String own = References.variable(source.slug() + "-" + longer);
        String name = plain;
        for (int i = 2; taken.containsKey(name) && !value.equals(taken.get(name)); i++) {
            name = i == 2 && !plain.startsWith(References.variable(source.slug())) ? own : plain + "_" + i;
        }
        if (!taken.containsKey(name)) {
            taken.put(name, value);
            variables.add(new Variable(name, source.server(), purpose, true, false));
        }
        return "${" + name + "}";
    }
}
