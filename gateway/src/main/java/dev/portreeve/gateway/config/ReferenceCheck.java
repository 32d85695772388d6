package dev.portreeve.gateway.config;

import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.approver.ApproverTools;
import dev.portreeve.hub.catalog.CatalogNames;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.policy.access.AccessPolicy;
import dev.portreeve.policy.access.InvalidPolicy;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.budget.OrganisationConfig.Member;
import dev.portreeve.policy.budget.OrganisationConfig.Tenant;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.notice.Webhook;
import java.net.InetAddress;
import java.net.URI;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks what no single record can see: names that are given twice, and names that lead nowhere. */
final class ReferenceCheck {
    private static final String SECRET_PREFIX = "whsec_";
    private static final int MIN_SECRET = 24;
    private static final int MAX_SECRET = 64;
    private final GatewayConfig config;
    private final Problems problems;
    private final RouteCheck routes;

    ReferenceCheck(GatewayConfig config, Problems problems) {
        this.config = config;
        this.problems = problems;
        this.routes = new RouteCheck(config.models(), config.providers(), problems);
    }

    void run() {
        names();
        compile();
    }

    /** All but what the rules' own compiler finds. */
    void names() {
        unique(
                "providers",
                "id",
                config.providers().stream().map(ProviderConfig::id).toList());
        routes.run();
        unique("policies", "id", config.policies().stream().map(Rule::id).toList());
        unique(
                "guardrails",
                "id",
                config.guardrails().stream().map(GuardrailConfig::id).toList());
        providers();
        rewriting();
        views();
        policies();
        ApproverCheck approvers =
                new ApproverCheck(config.organisation(), config.approvals().webhooks(), problems);
        approvers.rules(config.policies());
        approvers.deputies(config.approvals().deputies());
        approvers.slack(config.approvals().slack());
        new BudgetCheck(config.toolServers(), routes, problems).run(config.organisation());
        webhooks("approvals.webhooks", config.approvals().webhooks());
        webhooks("notices.webhooks", config.notices().webhooks());
        secrets();
        new EvidenceCheck(problems).run(config);
    }

    private void unique(String list, String key, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (!seen.add(names.get(i))) {
                problems.at(list + "[" + i + "]." + key, "\"" + names.get(i) + "\" is there twice");
            }
        }
    }

    private void providers() {
        for (int i = 0; i < config.providers().size(); i++) {
            ProviderConfig provider = config.providers().get(i);
            KnownProvider known = KnownProviders.builtIn().find(provider.id());
            if (known != null && provider.kind() != ProviderConfig.Kind.DEMO) {
                known("providers[" + i + "]", provider, known);
            }
            IdentityConfig identity = provider.identity();
            String missing = identity == null ? null : identity.missing(provider.sentAs());
            if (missing != null) {
                problems.at("providers[" + i + "]", missing);
            }
        }
    }

    private void known(String path, ProviderConfig provider, KnownProvider known) {
        if (provider.baseUrl() == null) {
            problems.at(
                    path,
                    "the address of \"" + known.id() + "\" is made with "
                            + String.join(" and ", known.placeholders())
                            + ": set to letters, digits, \".\", \"_\" and \"-\", or write base-url");
        }
        boolean ownAddress = provider.baseUrl() != null
                && known.placeholders().isEmpty()
                && !provider.baseUrl().equals(known.address(name -> null));
        boolean wanted = known.auth() != KnownProvider.Auth.NONE
                && known.keyVariable() != null
                && !provider.sentAs().isIdentity();
        if (wanted && provider.apiKey() == null && provider.apiKeys().isEmpty() && !ownAddress) {
            problems.at(path, "no api-key: set " + known.keyVariable() + ", or write api-key");
        }
    }

    /** A provider calls from outside, with a credential: it needs an address, and one that nobody listens on. */
    private void rewriting() {
        URI publicUrl = config.server().publicUrl();
        if (publicUrl != null && "https".equals(publicUrl.getScheme())) {
            return;
        }
        for (int m = 0; m < config.models().size(); m++) {
            if (config.models().get(m).route().hostedTools() == ModelConfig.HostedTools.REWRITE) {
                problems.at(
                        "models[" + m + "].route.hosted-tools",
                        "\"rewrite\" has providers call this gateway's /mcp, so it needs server.public-url with https");
            }
        }
    }

    private void views() {
        List<String> slugs =
                config.toolServers().stream().map(ToolServerConfig::slug).toList();
        CatalogNames.check(slugs, config.views()).forEach(problem -> problems.at(problem.path(), problem.message()));
        for (int v = 0; v < config.views().size(); v++) {
            List<ViewConfig.Choice> choices = config.views().get(v).tools();
            for (int t = 0; t < choices.size(); t++) {
                known(
                        "views[" + v + "].tools[" + t + "].from",
                        "tool server",
                        choices.get(t).from(),
                        slugs);
            }
        }
    }

    private void policies() {
        List<String> behindMcp = Stream.concat(
                        offering().stream(), config.views().stream().map(ViewConfig::id))
                .toList();
        for (int i = 0; i < config.policies().size(); i++) {
            Rule rule = config.policies().get(i);
            String path = "policies[" + i + "]";
            who(path + ".who", rule.who());
            each(path + ".models", rule.about().models(), routes::pattern);
            each(path + ".tools", rule.about().tools(), (at, tool) -> toolPattern(at, tool, "slug__tool"));
            each(path + ".prompts", rule.about().prompts(), (at, prompt) -> toolPattern(at, prompt, "slug__prompt"));
            each(path + ".hosted-tools", rule.about().hostedTools(), this::hostedToolPattern);
            each(
                    path + ".servers",
                    rule.about().servers(),
                    (at, slug) -> knownOrPattern(at, "tool server", slug, offering()));
            each(path + ".views", rule.about().views(), (at, view) -> knownOrPattern(at, "view", view, behindMcp));
        }
    }

    private static void each(String path, List<String> values, BiConsumer<String, String> check) {
        for (int i = 0; i < values.size(); i++) {
            check.accept(path + "[" + i + "]", values.get(i));
        }
    }

    private void knownOrPattern(String path, String what, String name, List<String> valid) {
        if (name.indexOf('*') < 0) {
            known(path, what, name, valid);
        }
    }

    /** What the rules' own compiler says: conditions, above all. */
    private void compile() {
        try {
            AccessPolicy unused = AccessPolicy.of(config.policies());
        } catch (InvalidPolicy invalid) {
            List<String> ids = config.policies().stream().map(Rule::id).toList();
            for (InvalidPolicy.Problem problem : invalid.problems()) {
                boolean duplicate = problem.member().equals("id");
                if (!duplicate) {
                    String place = problem.column() == 0 ? "" : "column " + problem.column() + ": ";
                    problems.at(
                            "policies[" + ids.indexOf(problem.ruleId()) + "]." + problem.member(),
                            place + problem.message());
                }
            }
        }
    }

    private void who(String path, Rule.Who who) {
        List<Tenant> all = config.organisation().tenants();
        known(
                path + ".tenant",
                "tenant",
                who.tenant(),
                all.stream().map(Tenant::id).toList());
        List<Tenant> meant = all.stream()
                .filter(tenant -> who.tenant() == null || tenant.id().equals(who.tenant()))
                .toList();
        known(
                path + ".team",
                "team",
                who.team(),
                meant.stream()
                        .flatMap(tenant -> tenant.teams().stream())
                        .map(OrganisationConfig.Team::id)
                        .toList());
        known(
                path + ".user",
                "user",
                who.user(),
                meant.stream()
                        .flatMap(tenant -> Stream.concat(
                                tenant.users().stream(),
                                tenant.teams().stream().flatMap(team -> team.users().stream())))
                        .map(Member::id)
                        .toList());
        known(
                path + ".agent",
                "agent",
                who.agent(),
                meant.stream()
                        .flatMap(tenant -> Stream.concat(
                                tenant.agents().stream(),
                                tenant.teams().stream().flatMap(team -> team.agents().stream())))
                        .map(Member::id)
                        .toList());
    }

    /** Which tools providers run nobody can list, but before a slash stands a provider of the file. */
    private void hostedToolPattern(String path, String pattern) {
        int slash = pattern.indexOf('/');
        if (slash >= 0 && pattern.indexOf('*') < 0) {
            List<String> ids =
                    config.providers().stream().map(ProviderConfig::id).toList();
            known(path, "provider", pattern.substring(0, slash), ids);
        }
    }

    private void toolPattern(String path, String pattern, String form) {
        int split = pattern.indexOf("__");
        String slug = split < 0 ? pattern : pattern.substring(0, split);
        if (slug.contains("*")) {
            return;
        }
        if (split < 0) {
            problems.at(path, "\"" + pattern + "\" is not of the form " + form);
            return;
        }
        known(path, "tool server", slug, offering());
    }

    /** The slugs before names of tools: those of the servers, and the gateway's own. */
    private List<String> offering() {
        return Stream.concat(config.toolServers().stream().map(ToolServerConfig::slug), Stream.of(ApproverTools.SLUG))
                .toList();
    }

    private void known(String path, String what, @Nullable String name, List<String> valid) {
        if (name != null && !valid.contains(name)) {
            problems.at(path, "there is no " + what + " \"" + name + "\"" + Spelling.hint(name, valid));
        }
    }

    /** Messages wait in one place for their receivers, which are found by their URL. */
    private void secrets() {
        Map<URI, Secret> known = new HashMap<>();
        List<Webhook> deciding = config.approvals().webhooks();
        for (int i = 0; i < deciding.size(); i++) {
            if (known.put(deciding.get(i).url(), deciding.get(i).secret()) != null) {
                problems.at(
                        "approvals.webhooks[" + i + "].url",
                        "stands twice, and who answers there could not be told apart: write one receiver for each url");
            }
        }
        List<Webhook> others = config.notices().webhooks();
        for (int i = 0; i < others.size(); i++) {
            Webhook webhook = others.get(i);
            Secret secret = known.putIfAbsent(webhook.url(), webhook.secret());
            if (secret != null && !secret.equals(webhook.secret())) {
                problems.at(
                        "notices.webhooks[" + i + "].secret",
                        "another secret stands beside the same url: write one for both");
            }
        }
    }

    private void webhooks(String list, List<Webhook> webhooks) {
        for (int i = 0; i < webhooks.size(); i++) {
            String scheme = webhooks.get(i).url().getScheme();
            if (!"https".equals(scheme) && !"http".equals(scheme)) {
                problems.at(list + "[" + i + "].url", "must be http or https");
            }
            if (isLinkLocal(webhooks.get(i).url())) {
                problems.at(
                        list + "[" + i + "].url",
                        "leads to an address of this machine's link, where clouds keep what nobody else may read, and"
                                + " no receiver is");
            }
            if (!isWebhookSecret(webhooks.get(i).secret().reveal())) {
                problems.at(
                        list + "[" + i + "].secret",
                        "must be whsec_ and then 24 to 64 random bytes in base64; make one with: echo whsec_$(openssl"
                                + " rand -base64 32)");
            }
        }
    }

    private static boolean isLinkLocal(URI url) {
        String host = url.getHost() == null ? "" : url.getHost().replaceAll("[\\[\\]]", "");
        try {
            return InetAddress.ofLiteral(host).isLinkLocalAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private static boolean isWebhookSecret(String secret) {
        try {
            int length = Base64.getDecoder()
                    .decode(secret.substring(Math.min(SECRET_PREFIX.length(), secret.length())))
                    .length;
            return secret.startsWith(SECRET_PREFIX) && length >= MIN_SECRET && length <= MAX_SECRET;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }
}
