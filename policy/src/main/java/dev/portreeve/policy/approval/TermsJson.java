package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.call.CanonicalJson;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Subject;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Terms as a ticket's row keeps them: a flat object of texts, in which lists are numbered. */
final class TermsJson {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String RULES = "rules";
    private static final String SESSION = "session";
    private static final String AT_MOST = "remember.at_most";
    private static final String SCOPES = "remember.scopes";
    private static final String USES = "remember.uses";
    private static final String KEEP = "remember.keep";
    private static final String EDITS = "edits";
    private static final String COSTS = "costs_at_most_nano_usd";
    private static final String KIND = "asker.kind";
    private static final String TEAM = "asker.team";
    private static final String ABOVE = "asker.above";
    private static final String VIEW = "asker.view";
    private static final String ADDRESS = "asker.address";
    private static final String NAMED = "asker.session";

    private TermsJson() {}

    static String write(Terms terms) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put(RULES, terms.rules());
        members.put(SESSION, terms.session());
        Remember remember = terms.remember();
        if (remember != null) {
            members.put(AT_MOST, remember.atMost().toString());
            members.put(
                    SCOPES, remember.scopes().stream().map(Enum::name).sorted().collect(Collectors.joining(" ")));
            members.put(USES, remember.uses().toString());
            numbered(members, KEEP, remember.keep());
        }
        for (int i = 0; i < terms.edits().size(); i++) {
            numbered(members, EDITS + "." + i, terms.edits().get(i));
        }
        if (!terms.costsAtMost().isZero()) {
            members.put(COSTS, Long.toString(terms.costsAtMost().nanos()));
        }
        Asker asker = terms.asker();
        if (asker != null) {
            write(members, asker);
        }
        return members.entrySet().stream()
                .map(member -> CanonicalJson.quote(member.getKey()) + ":" + CanonicalJson.quote(member.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void write(Map<String, String> members, Asker asker) {
        members.put(KIND, asker.kind().name());
        String team = asker.team();
        if (team != null) {
            members.put(TEAM, team);
        }
        numbered(members, ABOVE, asker.above());
        members.put(VIEW, asker.view());
        InetAddress address = asker.address();
        if (address != null) {
            members.put(ADDRESS, address.getHostAddress());
        }
        members.put(NAMED, asker.session());
    }

    private static @Nullable Asker asker(Map<String, String> members) {
        String kind = members.get(KIND);
        String address = members.get(ADDRESS);
        return kind == null
                ? null
                : new Asker(
                        Subject.Kind.valueOf(kind),
                        members.get(TEAM),
                        numbered(members, ABOVE),
                        members.getOrDefault(VIEW, ""),
                        address == null ? null : InetAddress.ofLiteral(address),
                        members.getOrDefault(NAMED, ""));
    }

    private static List<List<String>> edits(Map<String, String> members) {
        List<List<String>> edits = new ArrayList<>();
        for (List<String> one = numbered(members, EDITS + ".0");
                !one.isEmpty();
                one = numbered(members, EDITS + "." + edits.size())) {
            edits.add(one);
        }
        return edits;
    }

    private static void numbered(Map<String, String> members, String name, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            members.put(name + "." + i, values.get(i));
        }
    }

    static Terms read(String json) {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                members.put(name, parser.getString());
            }
        }
        return new Terms(
                remember(members),
                members.getOrDefault(RULES, ""),
                members.getOrDefault(SESSION, ""),
                edits(members),
                new NanoUsd(Long.parseLong(members.getOrDefault(COSTS, "0"))),
                asker(members));
    }

    private static @Nullable Remember remember(Map<String, String> members) {
        String atMost = members.get(AT_MOST);
        if (atMost == null) {
            return null;
        }
        EnumSet<Remember.Scope> scopes = EnumSet.noneOf(Remember.Scope.class);
        Arrays.stream(members.getOrDefault(SCOPES, "").split(" "))
                .map(Remember.Scope::valueOf)
                .forEach(scopes::add);
        return new Remember(
                Duration.parse(atMost),
                scopes,
                numbered(members, KEEP),
                Integer.parseInt(members.getOrDefault(USES, "1")));
    }

    private static List<String> numbered(Map<String, String> members, String name) {
        List<String> values = new ArrayList<>();
        for (String value = members.get(name + ".0"); value != null; value = members.get(name + "." + values.size())) {
            values.add(value);
        }
        return values;
    }
}
