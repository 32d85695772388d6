package dev.portreeve.policy.access;

import dev.portreeve.policy.call.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The rules as one text, the same for the same rules in any order, and its hash, which names this version of the policy in every record.
 *
 * @param version SHA-256 of the text, in hex
 * @param text an RFC 8785 document with every member of every rule
 */
public record PolicyDocument(String version, String text) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Of rules that need not be right. */
    public static PolicyDocument of(List<Rule> rules) {
        List<String> parts = rules.stream()
                .sorted(Comparator.comparing(Rule::id))
                .map(PolicyDocument::json)
                .toList();
        String json = "{\"v\":1,\"rules\":[" + String.join(",", parts) + "]}";
        byte[] canonical = CanonicalJson.of(json.getBytes(StandardCharsets.UTF_8));
        return new PolicyDocument(sha256(canonical), new String(canonical, StandardCharsets.UTF_8));
    }

    /** What each rule says, by its id: its members but the id, each value as it stands in the document of the rules. */
    public static SortedMap<String, SortedMap<String, String>> members(List<Rule> rules) {
        SortedMap<String, SortedMap<String, String>> all = new TreeMap<>();
        for (Rule rule : rules) {
            String canonical =
                    new String(CanonicalJson.of(json(rule).getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
            all.put(rule.id(), members(canonical));
        }
        return all;
    }

    /** The members of a canonical object: the texts of its values are cut out of it. */
    private static SortedMap<String, String> members(String canonical) {
        SortedMap<String, String> members = new TreeMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), canonical)) {
            JsonToken opened = parser.nextToken();
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                int begin = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
                parser.skipChildren();
                parser.finishToken();
                int end = Math.toIntExact(parser.currentLocation().getCharOffset());
                members.put(name, canonical.substring(begin, end));
            }
            if (opened != JsonToken.START_OBJECT) {
                throw new IllegalStateException("a rule is an object");
            }
        }
        members.remove("id");
        return members;
    }

    private static String json(Rule rule) {
        Rule.Who who = rule.who();
        Selectors about = rule.about();
        StringBuilder json = new StringBuilder("{\"id\":").append(CanonicalJson.quote(rule.id()));
        member(json, "effect", rule.effect().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        member(json, "tenant", who.tenant());
        member(json, "team", who.team());
        member(json, "user", who.user());
        member(json, "agent", who.agent());
        member(json, "key", who.key());
        member(json, "when", rule.when());
        member(json, "timeout", rule.timeout() == null ? null : rule.timeout().toString());
        members(json, "models", about.models());
        members(json, "tools", about.tools());
        member(json, "mode", rule.isShadow() ? "shadow" : null);
        // Only where there are any: rules written before these existed keep their version.
        given(json, "targets", about.targets());
        given(json, "prompts", about.prompts());
        given(json, "resources", about.resources());
        given(json, "hosted-tools", about.hostedTools());
        given(json, "servers", about.servers());
        given(json, "views", about.views());
        given(json, "times", about.times());
        member(json, "delegated-by", who.delegatedBy());
        given(json, "networks", who.networks());
        given(json, "sessions", who.sessions());
        member(json, "label", rule.obligations().label());
        given(json, "mask", rule.obligations().mask());
        member(json, "limit", quota(rule.obligations().limit()));
        members(json, "approvers", rule.approvers());
        leeway(json, rule.leeway());
        if (rule.quorum() != null) {
            json.append(",\"quorum\":").append(rule.quorum());
        }
        if (!rule.escalate().isEmpty()) {
            json.append(",\"escalate\":[")
                    .append(rule.escalate().stream().map(PolicyDocument::json).collect(Collectors.joining(",")))
                    .append(']');
        }
        return json.append('}').toString();
    }

    private static @Nullable String quota(@Nullable Quota quota) {
        return quota == null
                ? null
                : String.join(
                        "/",
                        String.valueOf(quota.requests()),
                        String.valueOf(quota.tokens()),
                        String.valueOf(quota.concurrency()),
                        String.valueOf(quota.per()),
                        String.valueOf(quota.by()));
    }

    private static void leeway(StringBuilder json, Leeway leeway) {
        given(json, "edits", leeway.edits());
        member(json, "auto-approve", leeway.autoApprove());
        Remember remember = leeway.remember();
        if (remember != null) {
            json.append(",\"remember\":").append(json(remember));
        }
    }

    private static String json(Remember remember) {
        StringBuilder json = new StringBuilder("{\"at-most\":")
                .append(CanonicalJson.quote(remember.atMost().toString()));
        members(
                json,
                "scopes",
                remember.scopes().stream()
                        .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                        .toList());
        members(json, "keep", remember.keep());
        return json.append(",\"uses\":").append(remember.uses()).append('}').toString();
    }

    private static String json(Rule.Escalation step) {
        StringBuilder json = new StringBuilder("{\"after\":")
                .append(CanonicalJson.quote(step.after().toString()));
        members(json, "to", step.to());
        return json.append('}').toString();
    }

    private static void member(StringBuilder json, String name, @Nullable String value) {
        if (value != null) {
            json.append(",\"").append(name).append("\":").append(CanonicalJson.quote(value));
        }
    }

    private static void given(StringBuilder json, String name, List<String> values) {
        if (!values.isEmpty()) {
            members(json, name, values);
        }
    }

    private static void members(StringBuilder json, String name, List<String> values) {
        List<String> quoted =
                values.stream().sorted().distinct().map(CanonicalJson::quote).toList();
        json.append(",\"")
                .append(name)
                .append("\":[")
                .append(String.join(",", quoted))
                .append(']');
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
