package dev.portreeve.gateway.scenario;

import java.util.List;

/**
 * What came of running scenarios.
 *
 * @param results one for each case, in the order of the files
 * @param coverage of each set of rules that was tried
 */
public record ScenarioReport(List<Result> results, List<Coverage> coverage) {
    public ScenarioReport {
        results = List.copyOf(results);
        coverage = List.copyOf(coverage);
    }

    /** @param failures what is not as expected; empty if the case passed */
    public record Result(String file, String name, List<String> failures) {
        public boolean passed() {
            return failures.isEmpty();
        }
    }

    /**
     * Which rules the cases tried.
     *
     * @param source the file the rules stand in
     * @param rules how many there are
     * @param unreached those that fit no case
     * @param neverMatched those that fit some case and matched in none
     */
    public record Coverage(String source, int rules, List<String> unreached, List<String> neverMatched) {}

    public long failed() {
        return results.stream().filter(result -> !result.passed()).count();
    }
}
