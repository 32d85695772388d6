package dev.portreeve.gateway.config;

import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.policy.PolicyConfig;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.notice.NoticeConfig;
import dev.portreeve.policy.session.SessionConfig;
import java.util.List;

/**
 * The whole configuration file. What the parts of the program own is declared beside them; references between the parts
 * are checked by {@link ConfigFile}.
 */
public record GatewayConfig(
        @Default("{}") ServerConfig server,
        @Default("{}") DatabaseConfig database,
        @Default("[]") List<ProviderConfig> providers,
        @Default("[]") List<ModelConfig> models,
        @Default("{}") PricesConfig prices,
        @Default("[]") List<ToolServerConfig> toolServers,
        @Default("[]") List<ViewConfig> views,
        @Default("{}") OrganisationConfig organisation,
        @Default("[]") List<Rule> policies,
        @Default("{}") PublishingConfig publishing,
        @Default("[]") List<GuardrailConfig> guardrails,
        @Default("{}") ApprovalConfig approvals,
        @Default("{}") NoticeConfig notices,
        @Default("{}") SessionConfig sessions,
        @Default("{}") AuditConfig audit,
        @Default("{}") SealConfig seal,
        @Default("{}") IdempotencyConfig idempotency,
        @Default("{}") MediaConfig media,
        @Default("{}") ResponsesConfig responses,
        @Default("{}") CacheConfig cache,
        @Default("{}") BatchesConfig batches,
        @Default("{}") FilesConfig files,
        @Default("{}") LimitsConfig limits) {
    public GatewayConfig {
        providers = List.copyOf(providers);
        models = List.copyOf(models);
        toolServers = List.copyOf(toolServers);
        views = List.copyOf(views);
        policies = List.copyOf(policies);
        guardrails = List.copyOf(guardrails);
    }

    /** The slices the policy module owns. */
    public PolicyConfig policy() {
        return new PolicyConfig(
                organisation, policies, guardrails, approvals, notices, sessions, audit.recordArguments());
    }

    GatewayConfig withProviders(List<ProviderConfig> others) {
        return new GatewayConfig(
                server,
                database,
                others,
                models,
                prices,
                toolServers,
                views,
                organisation,
                policies,
                publishing,
                guardrails,
                approvals,
                notices,
                sessions,
                audit,
                seal,
                idempotency,
                media,
                responses,
                cache,
                batches,
                files,
                limits);
    }

    GatewayConfig withAudit(AuditConfig other) {
        return new GatewayConfig(
                server,
                database,
                providers,
                models,
                prices,
                toolServers,
                views,
                organisation,
                policies,
                publishing,
                guardrails,
                approvals,
                notices,
                sessions,
                other,
                seal,
                idempotency,
                media,
                responses,
                cache,
                batches,
                files,
                limits);
    }

    GatewayConfig withPolicies(List<Rule> others) {
        return new GatewayConfig(
                server,
                database,
                providers,
                models,
                prices,
                toolServers,
                views,
                organisation,
                others,
                publishing,
                guardrails,
                approvals,
                notices,
                sessions,
                audit,
                seal,
                idempotency,
                media,
                responses,
                cache,
                batches,
                files,
                limits);
    }
}
