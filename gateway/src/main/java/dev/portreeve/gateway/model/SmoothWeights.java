package dev.portreeve.gateway.model;

import java.util.Arrays;

/**
 * Smooth weighted round-robin: in each turn everybody gains its weight, and who has most goes first and pays the sum of all. After
 * as many turns as that sum (by their common divisor) it begins anew, so the number of the turn is all the state there is, and
 * the turns are worked out once. Immutable.
 */
final class SmoothWeights {
    private final int members;
    private final short[] turns;

    private SmoothWeights(int members, short[] turns) {
        this.members = members;
        this.turns = turns;
    }

    /** @param weights at least 1 each; their sum is what this takes of memory */
    static SmoothWeights of(int[] weights) {
        int common = Arrays.stream(weights).reduce(0, SmoothWeights::divisor);
        int[] gains = Arrays.stream(weights).map(weight -> weight / common).toArray();
        int sum = Arrays.stream(gains).sum();
        short[] turns = new short[sum];
        long[] credit = new long[gains.length];
        for (int turn = 0; turn < sum; turn++) {
            int most = 0;
            for (int i = 0; i < gains.length; i++) {
                credit[i] += gains[i];
                most = credit[i] > credit[most] ? i : most;
            }
            credit[most] -= sum;
            turns[turn] = (short) most;
        }
        return new SmoothWeights(gains.length, turns);
    }

    /** Who comes first in this turn, and then those who come first in the turns that follow, each once. */
    int[] order(long turn) {
        int[] order = new int[members];
        boolean[] placed = new boolean[members];
        int at = (int) Math.floorMod(turn, (long) turns.length);
        for (int filled = 0; filled < members; at = at + 1 == turns.length ? 0 : at + 1) {
            int next = turns[at];
            if (!placed[next]) {
                placed[next] = true;
                order[filled++] = next;
            }
        }
        return order;
    }

    private static int divisor(int a, int b) {
        return b == 0 ? a : divisor(b, a % b);
    }
}
