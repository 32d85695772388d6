package dev.portreeve.policy.approval;

import dev.portreeve.policy.access.Remember;
import dev.portreeve.policy.call.CanonicalJson;
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
        return members.entrySet().stream()
                .map(member -> CanonicalJson.quote(member.getKey()) + ":" + CanonicalJson.quote(member.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
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
                remember(members), members.getOrDefault(RULES, ""), members.getOrDefault(SESSION, ""));
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
