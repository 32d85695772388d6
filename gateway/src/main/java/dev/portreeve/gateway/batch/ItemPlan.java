package dev.portreeve.gateway.batch;

import dev.portreeve.policy.call.Clearance;
import dev.portreeve.policy.call.LlmCall;
import java.util.function.Function;

/**
 * An item as it came, ready for its first round.
 *
 * @param call under its own id, {@link LlmCall#in in} its batch, at the price of the batch tier, with a deadline at the end of the batch's time; its
 *     target names the place the batch goes to
 * @param body what is sent of it, made of what guardrails left; asked for once, on the thread of its first round
 */
public record ItemPlan(String customId, LlmCall call, Function<Clearance, byte[]> body) {}
