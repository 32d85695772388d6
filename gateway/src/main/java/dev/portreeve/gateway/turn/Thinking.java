package dev.portreeve.gateway.turn;

import dev.portreeve.gateway.turn.Turn.Message;
import dev.portreeve.gateway.turn.Turn.Role;
import dev.portreeve.gateway.turn.Turn.ToolChoice;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** An effort in OpenAI's words, as Anthropic's models want it said: in words since 4.6, in tokens before. */
final class Thinking {
    private static final Pattern VERSION =
            Pattern.compile("claude-(?:opus|sonnet|haiku|[a-z]+)-(\\d{1,2})[-.](\\d{1,2})(?!\\d)");
    private static final int WORDS_SINCE = 406;
    private static final int HUNDRED = 100;
    private static final long LEAST = 1_024;
    private static final Map<String, String> WORDS =
            Map.of("minimal", "low", "low", "low", "medium", "medium", "high", "high", "xhigh", "xhigh", "max", "max");
    private static final Map<String, Long> TOKENS = Map.of(
            "minimal", 1_024L, "low", 2_048L, "medium", 8_192L, "high", 16_384L, "xhigh", 24_576L, "max", 32_768L);

    private final Notes notes;

    Thinking(Notes notes) {
        this.notes = notes;
    }

    /** @return whether the model will think */
    boolean write(String model, Turn turn, long cap, ObjectNode body) {
        String effort = turn.effort();
        if (effort == null || effort.equals("none") || !WORDS.containsKey(effort)) {
            return false;
        }
        if (!mayThink(turn)) {
            return false;
        }
        if (version(model) >= WORDS_SINCE) {
            body.putObject("thinking").put("type", "adaptive");
            body.putObject("output_config").put("effort", WORDS.get(effort));
            return true;
        }
        long budget = Math.min(budget(effort), cap - 1);
        if (budget < LEAST) {
            notes.lost("reasoning_effort", "dropped, the answer's bound leaves no room to think");
            return false;
        }
        body.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
        return true;
    }

    /** How many tokens an effort is. */
    static long budget(String effort) {
        return TOKENS.getOrDefault(effort, LEAST);
    }

    /** In the middle of a tool loop thinking goes on only from the thoughts before, and never toward a forced tool. */
    private boolean mayThink(Turn turn) {
        if (turn.choice() instanceof ToolChoice.Required || turn.choice() instanceof ToolChoice.Named) {
            notes.lost("reasoning_effort", "dropped, a forced tool leaves no room to think");
            return false;
        }
        List<Message> messages = turn.messages();
        for (int i = messages.size() - 1; i >= 0; i--) {
            Message message = messages.get(i);
            if (message.role() == Role.ASSISTANT) {
                boolean calls = message.parts().stream().anyMatch(Part.ToolUse.class::isInstance);
                boolean thought = message.parts().stream()
                        .anyMatch(part -> part instanceof Part.Thinking || part instanceof Part.RedactedThinking);
                if (calls && !thought) {
                    notes.changed("reasoning_effort", "dropped, the tool loop began without thoughts that came back");
                }
                return !calls || thought;
            }
        }
        return true;
    }

    private static int version(String model) {
        Matcher named = VERSION.matcher(model);
        return named.find() ? Integer.parseInt(named.group(1)) * HUNDRED + Integer.parseInt(named.group(2)) : 0;
    }
}
