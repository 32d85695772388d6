package dev.portreeve.policy.version;

import dev.portreeve.policy.access.Rule;
import java.util.List;

/**
 * Reads rules as their authors write them, and knows what else this gateway has. Thread-safe; does not block.
 */
public interface RuleReader {
    /**
     * The rules of a source. Says nothing about whether what they name is there.
     *
     * @throws UnusableRules with everything that has not the form of rules
     */
    List<Rule> read(String source);

    /**
     * Looks whether what rules name is there. What their compiler finds is not its affair.
     *
     * @throws UnusableRules with every name that leads nowhere
     */
    void check(List<Rule> rules);

    /** For a program that has no rules but those it was started with. */
    RuleReader NONE = new RuleReader() {
        @Override
        public List<Rule> read(String source) {
            throw new UnusableRules("this program cannot read rules of the database");
        }

        @Override
        public void check(List<Rule> rules) {
            throw new UnusableRules("this program cannot check rules of the database");
        }
    };
}
