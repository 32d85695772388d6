package dev.portreeve.gateway.turn;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request, whatever dialect it came in. The model's name and the bound on the answer are not in it: the provider's adapter
 * puts both in.
 *
 * @param effort how much to think, in OpenAI's words, or {@code null}
 * @param userId whom the caller acts for; already made unreadable
 * @param stream whether the answer shall be events
 */
record Turn(
        List<Part> system,
        List<Message> messages,
        List<Tool> tools,
        @Nullable ToolChoice choice,
        boolean oneToolOnly,
        Sampling sampling,
        Format format,
        @Nullable String effort,
        @Nullable String userId,
        boolean stream) {
    enum Role {
        USER,
        ASSISTANT
    }

    record Message(Role role, List<Part> parts) {
        Message {
            parts = List.copyOf(parts);
        }
    }

    record Tool(
            String name,
            @Nullable String description,
            ObjectNode schema,
            @Nullable Boolean strict) {}

    sealed interface ToolChoice {
        record Auto() implements ToolChoice {}

        record None() implements ToolChoice {}

        record Required() implements ToolChoice {}

        record Named(String name) implements ToolChoice {}
    }

    record Sampling(
            @Nullable BigDecimal temperature,
            @Nullable BigDecimal topP,
            @Nullable Long topK,
            List<String> stop) {
        Sampling {
            stop = List.copyOf(stop);
        }
    }

    sealed interface Format {
        record Free() implements Format {}

        record JsonObject() implements Format {}

        record Schema(String name, ObjectNode schema) implements Format {}
    }

    Turn {
        system = List.copyOf(system);
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }
}
