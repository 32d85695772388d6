package dev.portreeve.gateway.lag;

/**
 * Something that is further behind than it may be.
 *
 * @param part which part of the evidence
 * @param stopsCalls whether calls cannot be served
 * @param detail in words, for an operator
 */
public record Concern(Part part, boolean stopsCalls, String detail) {
    /** What can be behind. */
    public enum Part {
        /** From a call to the disk. */
        JOURNAL("journal"),
        /** From the disk to a signed head. */
        SIGNING("signing"),
        /** From the disk to what records are found by. */
        SEARCH("search"),
        /** From a signed head to other systems. */
        DELIVERIES("deliveries"),
        /** From a signed head to whoever holds it outside the database. */
        ANCHORS("anchors");

        private final String code;

        Part(String code) {
            this.code = code;
        }

        /** As health and programs have it. */
        public String code() {
            return code;
        }
    }
}
