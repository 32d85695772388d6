package dev.portreeve.hub.definition;

import dev.portreeve.policy.call.JsonPaths;
import dev.portreeve.policy.call.JsonTexts;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks for definitions that speak of another server's tools, or whose names could be taken for another's: the two ways in
 * which one server reaches into another. Immutable.
 */
public final class CrossCheck {
    private static final JsonPaths EVERYTHING = JsonPaths.of("/**");
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]+");
    /** Shorter words, and words without a separator, are words of a language, too. */
    private static final int MIN_TELLING_CHARS = 6;

    private static final int MAX_NAMED = 5;
    private static final Set<String> NAMES = Set.of("/name", "/uri", "/uriTemplate");

    private final Set<String> slugs;
    /** Tool name to the servers that have it. */
    private final Map<String, Set<String>> owners = new HashMap<>();
    /** What a name looks like, to the names that look so. */
    private final Map<String, Set<String>> looks = new HashMap<>();

    /** @param offered what all servers offer */
    public CrossCheck(List<StoredDefinition> offered, Set<String> slugs) {
        this.slugs = Set.copyOf(slugs);
        for (StoredDefinition row : offered) {
            // Only tools are called by what a text says; of the others, names may well be the same everywhere.
            if (row.kind() != DefinitionKind.TOOL) {
                continue;
            }
            owners.computeIfAbsent(row.name(), first -> new TreeSet<>()).add(row.server());
            looks.computeIfAbsent(look(row.name()), first -> new TreeSet<>()).add(row.name());
        }
    }

    /** What is suspicious about a definition among the others. */
    public List<Suspicion> of(StoredDefinition row) {
        List<Suspicion> found = new ArrayList<>();
        Set<String> alike = new TreeSet<>(
                row.kind() == DefinitionKind.TOOL ? looks.getOrDefault(look(row.name()), Set.of()) : Set.of());
        alike.remove(row.name());
        if (!alike.isEmpty()) {
            found.add(new Suspicion(Suspicion.Kind.LOOK_ALIKE, "/name", "looks like " + named(alike)));
        }
        for (JsonTexts.Text text :
                JsonTexts.find(row.definition().body().toBytes(), EVERYTHING).texts()) {
            Set<String> spoken = spokenOf(row.server(), row.name(), text.value());
            if (!spoken.isEmpty() && !NAMES.contains(text.pointer())) {
                found.add(new Suspicion(
                        Suspicion.Kind.OTHER_SERVER,
                        HiddenText.visible(text.pointer()),
                        "speaks of " + named(spoken) + ", of another server"));
            }
        }
        return found;
    }

    private Set<String> spokenOf(String server, String own, String text) {
        Set<String> spoken = new TreeSet<>();
        Matcher words = WORD.matcher(text);
        while (words.find()) {
            String word = words.group();
            int prefix = word.indexOf("__");
            String slug = prefix < 0 ? "" : word.substring(0, prefix);
            if (slugs.contains(slug) && !slug.equals(server)) {
                spoken.add(word);
            }
            Set<String> servers = owners.getOrDefault(word, Set.of());
            boolean telling = word.length() >= MIN_TELLING_CHARS && (word.indexOf('_') >= 0 || word.indexOf('-') >= 0);
            if (telling && !word.equals(own) && !servers.isEmpty() && !servers.contains(server)) {
                spoken.add(word);
            }
        }
        return spoken;
    }

    private static String named(Set<String> names) {
        String list = String.join(
                ", ",
                names.stream()
                        .limit(MAX_NAMED)
                        .map(name -> "\"" + HiddenText.visible(name) + "\"")
                        .toList());
        return names.size() > MAX_NAMED ? list + " and " + (names.size() - MAX_NAMED) + " more" : list;
    }

    /** What a name looks like to a hasty eye: letters of other alphabets and digits as what they resemble. */
    static String look(String name) {
        String folded = Normalizer.normalize(name, Normalizer.Form.NFKD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT);
        StringBuilder look = new StringBuilder();
        folded.codePoints()
                .map(CrossCheck::resembled)
                .filter(point -> point > 0)
                .forEach(look::appendCodePoint);
        return look.toString().replace("rn", "m").replace("vv", "w");
    }

    private static int resembled(int point) {
        return switch (point) {
            case '_', '-', '.', ' ', '/' -> -1;
            case '0', 'о', 'ο', 'օ' -> 'o';
            case '1', 'i', '|', 'і', 'ι', 'ı', 'ӏ' -> 'l';
            case '5', 'ѕ' -> 's';
            case '3' -> 'e';
            case 'а', 'α' -> 'a';
            case 'с', 'ϲ' -> 'c';
            case 'е', 'ε' -> 'e';
            case 'р', 'ρ' -> 'p';
            case 'х', 'χ' -> 'x';
            case 'у', 'γ' -> 'y';
            case 'к', 'κ' -> 'k';
            case 'м' -> 'm';
            case 'т', 'τ' -> 't';
            case 'н' -> 'h';
            case 'в' -> 'b';
            default -> point;
        };
    }
}
