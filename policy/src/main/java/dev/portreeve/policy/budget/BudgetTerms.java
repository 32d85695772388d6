package dev.portreeve.policy.budget;

/**
 * What becomes of calls, and of what is left, besides the limit itself.
 *
 * @param rollover at most so much of what was left of a window is added to the next, in the budget's unit; zero: nothing
 * @param shortage what becomes of calls of which it has too little left
 * @param warnings when people are told what was spent
 */
record BudgetTerms(long rollover, Shortage shortage, BudgetWarnings warnings) {}
