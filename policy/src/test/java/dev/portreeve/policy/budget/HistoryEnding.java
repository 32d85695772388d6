package dev.portreeve.policy.budget;

/** How a call of a history goes on once it is admitted. */
enum HistoryEnding {
    /** The provider says what was used. */
    REPORTED,
    /** It says more than was held. */
    OVERRUN,
    /** It answers and says nothing of it. */
    UNREPORTED,
    /** The client goes away in the middle of the answer. */
    GONE,
    /** The provider fails, and nothing is to be paid. */
    FAILED,
    /** The provider fails, and may want to be paid. */
    FAILED_BILLABLE,
    /** A later step of the gateway says no. */
    NEVER_RUN,
    /** It waits for a person's yes, and what it holds is kept until then. */
    PARKED,
    /** The first attempt fails, and a dearer one answers, if the budgets allow it. */
    RETRIED,
    /** The same, and the first attempt may have to be paid too. */
    RETRIED_BILLABLE
}
