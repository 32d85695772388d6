package dev.portreeve.policy.keeping;

import java.util.List;

/**
 * Calls whose answer may leave before their opening record is durable. What waits in memory is lost if the process dies before the database is back;
 * tools that may change something always wait.
 *
 * @param models names of models as rules have them, {@code *} for any run of characters
 * @param tools names of tools, prompts and resources as rules have them; only those that the operator trusts to change nothing count
 */
public record BestEffort(List<String> models, List<String> tools) {
    /** Every call waits. */
    public static final BestEffort NONE = new BestEffort(List.of(), List.of());

    public BestEffort {
        models = models == null ? List.of() : List.copyOf(models);
        tools = tools == null ? List.of() : List.copyOf(tools);
    }
}
