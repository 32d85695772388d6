package dev.portreeve.policy.call;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of itself to a model, in whatever dialect; what rules may ask about beside who calls and what it can cost.
 *
 * @param model as the caller wrote it
 * @param maxTokens the bound on the answer that the caller gave; {@code null} without one
 * @param tools the names of the tools it offers, those that a provider would run by itself included, in order
 * @param images how many pictures are in its messages
 * @param messages how many messages it has
 * @param stream whether the answer shall be a stream
 */
public record RequestFacts(
        String model, @Nullable Long maxTokens, List<String> tools, int images, int messages, boolean stream) {
    public RequestFacts {
        tools = List.copyOf(tools);
    }
}
