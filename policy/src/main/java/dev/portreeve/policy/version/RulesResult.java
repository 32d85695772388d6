package dev.portreeve.policy.version;

/** What became of a wish to make, publish, bring back or withdraw a version. */
public sealed interface RulesResult {
    /** It is done, and recorded. */
    record Done(RulesVersion version) implements RulesResult {}

    /** There is no version of this number. */
    record Unknown(long number) implements RulesResult {}

    /** It is no draft any more, so that it can be neither published nor withdrawn. */
    record NoDraft(RulesVersion version) implements RulesResult {}

    /** Its rules were never in force, so that there is nothing to come back to. */
    record NeverInForce(RulesVersion version) implements RulesResult {}

    /**
     * Another version than the one it was made from is in force.
     *
     * @param parent what it was made from
     * @param inForce number 0 stands for no rules
     */
    record Outdated(long parent, long inForce) implements RulesResult {}

    /** Its author may not publish it. */
    record SamePerson(RulesVersion version) implements RulesResult {}

    /** So many wait already. */
    record TooManyDrafts(int most) implements RulesResult {}
}
