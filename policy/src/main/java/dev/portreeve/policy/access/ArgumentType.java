package dev.portreeve.policy.access;

import java.util.Map;

/**
 * What a tool's definition says of an argument, as far as conditions are held to it. It says nothing of what a caller really sends: that may
 * be anything, and a condition that then cannot be evaluated counts against the caller. Immutable.
 */
public sealed interface ArgumentType {
    /** One without parts. */
    enum Plain implements ArgumentType {
        /** The definition does not say plainly. */
        ANY("anything"),
        TEXT("string"),
        /** Whole or not: which it is hangs on the call. */
        NUMBER("number"),
        TRUTH("boolean");

        private final String word;

        Plain(String word) {
            this.word = word;
        }

        @Override
        public String word() {
            return word;
        }
    }

    /** A list. */
    record Items(ArgumentType of) implements ArgumentType {
        @Override
        public String word() {
            return "array";
        }
    }

    /**
     * An object; the arguments of a tool are one.
     *
     * @param named the members that it lists
     * @param open whether there may be others
     */
    record Members(Map<String, ArgumentType> named, boolean open) implements ArgumentType {
        public Members {
            named = Map.copyOf(named);
        }

        @Override
        public String word() {
            return "object";
        }
    }

    /** What it is called in the language of schemas. */
    String word();
}
