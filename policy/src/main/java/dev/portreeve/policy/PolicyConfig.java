package dev.portreeve.policy;

import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.notice.NoticeConfig;
import dev.portreeve.policy.session.SessionConfig;
import java.util.List;

/**
 * The slices of the configuration file this module owns: {@code organisation, policies, guardrails, approvals, notices, sessions}.
 *
 * @param recordedArguments names of tools and prompts whose arguments stand in records
 */
public record PolicyConfig(
        OrganisationConfig organisation,
        List<Rule> policies,
        List<GuardrailConfig> guardrails,
        ApprovalConfig approvals,
        NoticeConfig notices,
        SessionConfig sessions,
        List<String> recordedArguments) {
    /** Without arguments in records. */
    public PolicyConfig(
            OrganisationConfig organisation,
            List<Rule> policies,
            List<GuardrailConfig> guardrails,
            ApprovalConfig approvals,
            NoticeConfig notices,
            SessionConfig sessions) {
        this(organisation, policies, guardrails, approvals, notices, sessions, List.of());
    }

    /** With nobody to be told. */
    public PolicyConfig(
            OrganisationConfig organisation,
            List<Rule> policies,
            List<GuardrailConfig> guardrails,
            ApprovalConfig approvals) {
        this(organisation, policies, guardrails, approvals, NoticeConfig.NONE, SessionConfig.DEFAULT);
    }

    public PolicyConfig {
        organisation = organisation == null ? OrganisationConfig.EMPTY : organisation;
        policies = policies == null ? List.of() : List.copyOf(policies);
        guardrails = guardrails == null ? List.of() : List.copyOf(guardrails);
        approvals = approvals == null ? ApprovalConfig.DEFAULT : approvals;
        notices = notices == null ? NoticeConfig.NONE : notices;
        sessions = sessions == null ? SessionConfig.DEFAULT : sessions;
        recordedArguments = recordedArguments == null ? List.of() : List.copyOf(recordedArguments);
    }
}
