package dev.portreeve.policy.access;

import dev.portreeve.policy.call.Arguments;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.Content;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.TextRun;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** What rules want masked in the arguments of one call. For one call, on its thread. */
final class ArgumentMasks {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String MASKED = "[masked]";
    private final List<Glob> pointers;
    private final List<String> rules;

    /** @param masking the matching rules that mask, at least one */
    ArgumentMasks(List<Rule> masking) {
        this.pointers = masking.stream()
                .flatMap(rule -> rule.obligations().mask().stream())
                .flatMap(pointer -> List.of(new Glob(pointer), new Glob(pointer + "/*")).stream())
                .toList();
        this.rules = masking.stream().map(Rule::id).toList();
    }

    /**
     * The content without what is to be masked.
     *
     * @param content the texts of the arguments, each with its pointer as channel, as guardrails left them
     * @throws CallEnded if a number or a truth value is to be masked: nothing that is left of it would mean nothing
     */
    Content masked(Arguments arguments, Content content) throws CallEnded {
        if (coverOtherThanText(arguments)) {
            throw new CallEnded(
                    new CallOutcome.Denied(
                            new Denial(
                                    Denial.Stage.ACCESS,
                                    Denial.Reason.FORBIDDEN,
                                    "rule \"" + String.join("\", \"", rules)
                                            + "\" masks an argument, and only text can be masked: leave out the number or truth value there")));
        }
        return replaced(content);
    }

    /** The same for arguments that do not run yet; empty where a number or a truth value is to be masked. */
    Optional<Content> maskable(Arguments arguments, Content content) {
        return coverOtherThanText(arguments) ? Optional.empty() : Optional.of(replaced(content));
    }

    private Content replaced(Content content) {
        return new Content(content.runs().stream()
                .map(run -> isMasked(run.channel()) ? new TextRun(run.channel(), MASKED, run.repeat()) : run)
                .toList());
    }

    private boolean coverOtherThanText(Arguments arguments) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), arguments.canonical())) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                boolean text = token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL;
                if (token.isScalarValue()
                        && !text
                        && isMasked(parser.streamReadContext().pathAsPointer().toString())) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean isMasked(String pointer) {
        for (Glob glob : pointers) {
            if (glob.matches(pointer)) {
                return true;
            }
        }
        return false;
    }
}
