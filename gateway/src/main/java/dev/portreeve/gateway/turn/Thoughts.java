package dev.portreeve.gateway.turn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is remembered of the tool calls of one owner, at one provider's model: nobody gets back what another made. Immutable. */
public final class Thoughts {
    /** For callers whose dialect has a place for thoughts. */
    public static final Thoughts NONE = new Thoughts(null, new ThoughtMemory.Key("", "", "", "", ""));

    private final @Nullable ThoughtMemory memory;
    private final ThoughtMemory.Key key;

    Thoughts(@Nullable ThoughtMemory memory, ThoughtMemory.Key key) {
        this.memory = memory;
        this.key = key;
    }

    /** Those of one provider's model. */
    public Thoughts at(String provider, String model) {
        return new Thoughts(memory, new ThoughtMemory.Key(key.tenant(), key.member(), provider, model, ""));
    }

    private ThoughtMemory.Key call(String id) {
        return new ThoughtMemory.Key(key.tenant(), key.member(), key.provider(), key.model(), id);
    }

    /** Remembers what of an answer led to each of its tool calls. */
    void keep(List<Part> answer) {
        List<Part> thoughts = new ArrayList<>();
        for (Part part : answer) {
            if (isSigned(part)) {
                thoughts.add(part);
            } else if (part instanceof Part.ToolUse use) {
                keep(use.id(), use.name(), thoughts);
                thoughts.clear();
            }
        }
    }

    void keep(String call, String tool, List<Part> thoughts) {
        if (memory != null && !thoughts.isEmpty() && !call.isEmpty()) {
            memory.keep(call(call), tool, thoughts);
        }
    }

    /** Without a signature nobody believes a thought. */
    private static boolean isSigned(Part part) {
        return part instanceof Part.RedactedThinking
                || (part instanceof Part.Thinking thinking
                        && thinking.signature() != null
                        && !thinking.signature().isEmpty());
    }

    /** What led to a tool call, in its order; empty where nothing is remembered. */
    List<Part> before(String call, String tool) {
        return memory == null ? List.of() : memory.recall(call(call), tool);
    }
}
