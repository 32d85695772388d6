package dev.portreeve.policy.budget;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The balances of all windows that a batch speaks of, as far as it is decided. For one thread. */
final class WindowBalances {
    private final Map<WindowKey, Place> places = new HashMap<>();
    private final List<Place> changed = new ArrayList<>();
    /** Where the call before stood, as the next nearly always does. */
    private List<WindowKey> windowsBefore = List.of();

    private Place[] placesBefore = {};

    /** One of them. */
    static final class Place {
        private final WindowKey window;
        private Balance balance;
        private boolean changed;

        private Place(WindowKey window, Balance balance) {
            this.window = window;
            this.balance = balance;
        }

        WindowKey window() {
            return window;
        }

        Balance balance() {
            return balance;
        }
    }

    WindowBalances(Map<WindowKey, Balance> balances) {
        balances.forEach((window, balance) -> places.put(window, new Place(window, balance)));
    }

    boolean has(WindowKey window) {
        return places.containsKey(window);
    }

    /** @throws IllegalStateException if there is no such window */
    Balance of(WindowKey window) {
        return place(window).balance;
    }

    /** The places of a call's windows, in their order; not to be changed. */
    Place[] places(List<WindowKey> windows) {
        if (!windows.equals(windowsBefore)) {
            placesBefore = windows.stream().map(this::place).toArray(Place[]::new);
            windowsBefore = windows;
        }
        return placesBefore;
    }

    private Place place(WindowKey window) {
        Place place = places.get(window);
        if (place == null) {
            throw new IllegalStateException("no balance of budget \"" + window.budgetId() + "\" for " + window.start());
        }
        return place;
    }

    void change(WindowKey window, Balance after) {
        change(place(window), after);
    }

    void change(Place place, Balance after) {
        place.balance = after;
        if (!place.changed) {
            place.changed = true;
            changed.add(place);
        }
    }

    /** Those that are different now. */
    Map<WindowKey, Balance> changed() {
        Map<WindowKey, Balance> result = new LinkedHashMap<>();
        changed.forEach(place -> result.put(place.window, place.balance));
        return result;
    }
}
