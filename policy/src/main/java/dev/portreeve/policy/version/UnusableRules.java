package dev.portreeve.policy.version;

import java.util.List;

/** Rules that cannot be in force here, with everything that is wrong with them: one line of the message for each. */
public final class UnusableRules extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    public UnusableRules(List<String> problems) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
    }

    public UnusableRules(String problem) {
        this(List.of(problem));
    }

    public List<String> problems() {
        return problems;
    }
}
