package dev.portreeve.policy.budget;

/**
 * What becomes of a model call of which a budget has too little left.
 *
 * @param shrinks whether its answers are cut to what is left; else it is refused
 * @param leastOutput fewer tokens than this are not worth a call, which is refused then
 */
record Shortage(boolean shrinks, long leastOutput) {}
