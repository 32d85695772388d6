package dev.portreeve.policy.version;

import dev.portreeve.audit.Facts;
import dev.portreeve.policy.access.PolicyDocument;
import dev.portreeve.policy.access.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is different between two sets of rules, by their ids and in the order of these. Immutable.
 *
 * @param added rules that only the second set has
 * @param removed rules that only the first has
 * @param changed rules that both have, and that say something else
 */
public record RulesDiff(List<Entry> added, List<Entry> removed, List<Change> changed) {
    private static final int MOST_RECORDED = 100;

    public RulesDiff {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        changed = List.copyOf(changed);
    }

    /**
     * One rule.
     *
     * @param members what it says, each value as canonical JSON
     */
    public record Entry(String id, SortedMap<String, String> members) {
        public Entry {
            members = Collections.unmodifiableSortedMap(members);
        }
    }

    /** One rule that says something else. */
    public record Change(String id, List<Member> members) {
        public Change {
            members = List.copyOf(members);
        }
    }

    /**
     * One member of a rule.
     *
     * @param before as canonical JSON; {@code null} if it was not there
     * @param after the same of now
     */
    public record Member(
            String name, @Nullable String before, @Nullable String after) {}

    /** What makes the second set out of the first. Order within lists that have none does not count. */
    public static RulesDiff between(List<Rule> before, List<Rule> after) {
        SortedMap<String, SortedMap<String, String>> then = PolicyDocument.members(before);
        SortedMap<String, SortedMap<String, String>> now = PolicyDocument.members(after);
        List<Change> changed = new ArrayList<>();
        now.forEach((id, members) -> {
            SortedMap<String, String> old = then.get(id);
            if (old != null && !old.equals(members)) {
                changed.add(new Change(id, differences(old, members)));
            }
        });
        return new RulesDiff(only(now, then), only(then, now), changed);
    }

    private static List<Entry> only(
            SortedMap<String, SortedMap<String, String>> these, SortedMap<String, SortedMap<String, String>> others) {
        return these.entrySet().stream()
                .filter(rule -> !others.containsKey(rule.getKey()))
                .map(rule -> new Entry(rule.getKey(), rule.getValue()))
                .toList();
    }

    private static List<Member> differences(SortedMap<String, String> before, SortedMap<String, String> after) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(before.get(name), after.get(name)))
                .map(name -> new Member(name, before.get(name), after.get(name)))
                .toList();
    }

    /** Whether both sets say the same. */
    public boolean isEmpty() {
        return added.isEmpty() && removed.isEmpty() && changed.isEmpty();
    }

    /** In the words of records: which rules, and of those that changed which members; what these say is in the versions. */
    Facts facts() {
        List<Facts> changes = changed.stream()
                .limit(MOST_RECORDED)
                .map(change -> new Facts()
                        .put("id", change.id())
                        .putStrings(
                                "members",
                                change.members().stream().map(Member::name).toList()))
                .toList();
        Facts facts = new Facts()
                .putStrings("added", ids(added))
                .putStrings("removed", ids(removed))
                .putAll("changed", changes);
        int all = added.size() + removed.size() + changed.size();
        int said = Math.min(added.size(), MOST_RECORDED)
                + Math.min(removed.size(), MOST_RECORDED)
                + Math.min(changed.size(), MOST_RECORDED);
        return all == said ? facts : facts.put("left_out", all - said);
    }

    private static List<String> ids(List<Entry> rules) {
        return rules.stream().limit(MOST_RECORDED).map(Entry::id).toList();
    }
}
