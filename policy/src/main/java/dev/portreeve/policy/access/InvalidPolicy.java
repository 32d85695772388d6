package dev.portreeve.policy.access;

import java.util.List;

/** The rules cannot be used as they stand; carries everything that is wrong with them, so that one start shows all of it. */
public final class InvalidPolicy extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private final transient List<Problem> problems;

    /**
     * One mistake.
     *
     * @param ruleId the rule it is in
     * @param member the rule's member it is in ({@code when}, {@code models}, {@code id})
     * @param column where in that member's text, counted from 1; 0 if it is about the whole
     */
    public record Problem(String ruleId, String member, int column, String message) {
        @Override
        public String toString() {
            String place = column == 0 ? member : member + ", column " + column;
            return "rule \"" + ruleId + "\", " + place + ": " + message;
        }
    }

    public InvalidPolicy(List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
