package dev.portreeve.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Facts too big for a record, cut step by step until they fit: a shortened record that says what it lacks is worth more
 * than none. Whichever list or text takes most room loses its tail; if no cut is left, all facts go. The member {@code
 * truncated} tells for each cut path how many elements or UTF-16 units there were.
 */
final class OversizedFacts {
    private static final String MARKER = "truncated";
    private static final int SHORTEST_TEXT = 64;
    private final LeafWriter writer;
    private final Map<String, Object> members;
    private final TreeMap<String, Object> cuts = new TreeMap<>();

    /** The largest thing that may be cut: a list or a text, and how to put its shorter form in its place. */
    private record Cut(String path, Object value, int bytes, Consumer<Object> replace) {}

    OversizedFacts(Map<String, Object> members, LeafWriter writer) {
        this.writer = writer;
        this.members = copy(members);
        this.members.put(MARKER, cuts);
    }

    Map<String, Object> members() {
        return members;
    }

    /** Cuts the largest list or text, aiming at {@code excess} bytes less. */
    void shrink(int excess) {
        Cut cut = largest(members, "", null);
        if (cut == null) {
            long lost = members.size() - 1L;
            members.clear();
            cuts.clear();
            cuts.put("facts", lost);
            members.put(MARKER, cuts);
        } else if (cut.value() instanceof List<?> list) {
            cuts.putIfAbsent(cut.path(), (long) list.size());
            cut.replace().accept(new ArrayList<>(list.subList(0, kept(list.size(), cut.bytes(), excess))));
        } else if (cut.value() instanceof String text) {
            cuts.putIfAbsent(cut.path(), (long) text.length());
            cut.replace().accept(text.substring(0, kept(text.length(), cut.bytes(), excess)));
        }
    }

    /** At least a tenth goes each time, so that the loop ends soon whatever the elements weigh. */
    private static int kept(int length, int bytes, int excess) {
        long needed = (long) length * Math.max(0, bytes - excess) / Math.max(1, bytes);
        return (int) Math.min(needed, length * 9L / 10);
    }

    @SuppressWarnings("unchecked")
    private @Nullable Cut largest(Object node, String path, @Nullable Cut best) {
        Cut largest = best;
        if (node instanceof Map<?, ?> object) {
            Map<String, Object> parent = (Map<String, Object>) object;
            for (Map.Entry<String, Object> member : parent.entrySet()) {
                if (!member.getKey().equals(MARKER)) {
                    String name = member.getKey();
                    String below = path.isEmpty() ? name : path + "." + name;
                    largest = larger(member.getValue(), below, largest, shorter -> parent.put(name, shorter));
                    largest = largest(member.getValue(), below, largest);
                }
            }
        } else if (node instanceof List<?> list) {
            List<Object> parent = (List<Object>) list;
            for (int i = 0; i < parent.size(); i++) {
                int index = i;
                String below = path + "[" + i + "]";
                largest = larger(parent.get(i), below, largest, shorter -> parent.set(index, shorter));
                largest = largest(parent.get(i), below, largest);
            }
        }
        return largest;
    }

    private @Nullable Cut larger(Object value, String path, @Nullable Cut best, Consumer<Object> replace) {
        boolean cuttable = switch (value) {
            case String text -> text.length() > SHORTEST_TEXT;
            case List<?> list -> !list.isEmpty();
            default -> false;
        };
        if (!cuttable) {
            return best;
        }
        int bytes = writer.measure(value);
        return best == null || bytes > best.bytes() ? new Cut(path, value, bytes, replace) : best;
    }

    private static Map<String, Object> copy(Map<String, Object> members) {
        Map<String, Object> copy = new TreeMap<>();
        members.forEach((name, value) -> copy.put(name, copy(value)));
        return copy;
    }

    private static Object copy(Object value) {
        return switch (value) {
            case Facts facts -> copy(facts.members());
            case List<?> list ->
                new ArrayList<>(list.stream().map(OversizedFacts::copy).toList());
            default -> value;
        };
    }
}
