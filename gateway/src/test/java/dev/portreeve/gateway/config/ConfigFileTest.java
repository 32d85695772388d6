package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.hub.ToolServerAuth;
import dev.portreeve.hub.ToolServerConfig;
import dev.portreeve.hub.catalog.ViewConfig;
import dev.portreeve.hub.definition.DefinitionPolicy;
import dev.portreeve.hub.price.ToolPrice;
import dev.portreeve.policy.access.Obligations;
import dev.portreeve.policy.access.Rule;
import dev.portreeve.policy.access.Selectors;
import dev.portreeve.policy.approval.ApprovalConfig;
import dev.portreeve.policy.budget.BudgetConfig;
import dev.portreeve.policy.budget.OrganisationConfig;
import dev.portreeve.policy.call.NanoUsd;
import dev.portreeve.policy.call.Secret;
import dev.portreeve.policy.call.Tariff;
import dev.portreeve.policy.guardrail.GuardrailConfig;
import dev.portreeve.policy.notice.EmailConfig;
import dev.portreeve.policy.notice.NoticeConfig;
import dev.portreeve.policy.notice.Webhook;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    private static final String WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "DB_URL", "postgres://app:pw@db.example.com/portreeve",
            "OPENAI_API_KEY", "sk-test",
            "APPROVAL_WEBHOOK_SECRET", WEBHOOK_SECRET);

    @TempDir
    Path folder;

    private GatewayConfig parse(String text) {
        return ConfigFile.parse("portreeve.yaml", text, folder, ENVIRONMENT::get);
    }

    private String problems(String text) {
        BadConfig bad = assertThrows(BadConfig.class, () -> parse(text));
        return String.valueOf(bad.getMessage());
    }

    @Test
    void an_empty_file_has_the_defaults() {
        GatewayConfig config = parse("");
        assertEquals(
                new ServerConfig(
                        new HostPort("127.0.0.1", 8080),
                        new HostPort("127.0.0.1", 8081),
                        null,
                        null,
                        List.of(),
                        folder.resolve("data"),
                        false),
                config.server());
        assertEquals(new DatabaseConfig(null, null, 10), config.database());
        assertEquals(List.of(), config.providers());
        assertEquals(List.of(), config.models());
        assertEquals(new PricesConfig(null, NanoUsd.ofUsd("30"), NanoUsd.ofUsd("180")), config.prices());
        assertEquals(List.of(), config.toolServers());
        assertEquals(OrganisationConfig.EMPTY, config.organisation());
        assertEquals(List.of(), config.policies());
        assertEquals(List.of(), config.guardrails());
        assertEquals(ApprovalConfig.DEFAULT, config.approvals());
        assertEquals(new AuditConfig("portreeve.local/audit", Duration.ofSeconds(1), null), config.audit());
        assertEquals(
                new LimitsConfig(
                        20_971_520,
                        1_048_576,
                        33_554_432,
                        1024,
                        4096,
                        Duration.ofMinutes(2),
                        Duration.ofMinutes(1),
                        Duration.ofMinutes(10),
                        4096,
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(30)),
                config.limits());
    }

    @Test
    void every_key_is_mapped() throws IOException {
        Files.writeString(folder.resolve("provider.key"), "from-a-file\n");
        GatewayConfig config = parse(text("full.yaml"));
        assertEquals(
                new ServerConfig(
                        new HostPort("127.0.0.1", 9080),
                        new HostPort("::1", 9081),
                        URI.create("https://agents.example.com"),
                        URI.create("https://portreeve.example.com"),
                        List.of("gateway.internal"),
                        folder.resolve("somewhere"),
                        false),
                config.server());
        assertEquals(
                new DatabaseConfig(
                        new Secret("postgres://app:pw@db.example.com/portreeve"),
                        new Secret("postgres://owner:pw@db.example.com/portreeve"),
                        12),
                config.database());
        assertEquals(
                new PricesConfig(folder.resolve("prices.json"), NanoUsd.ofUsd("40"), NanoUsd.ofUsd("200.5")),
                config.prices());
        assertEquals(
                new AuditConfig("gateway.example.com/audit", Duration.ofSeconds(2), new Secret("from-a-file")),
                config.audit());
        assertEquals(
                new LimitsConfig(
                        1_000_000,
                        100_000,
                        2_000_000,
                        10,
                        20,
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(20),
                        Duration.ofMinutes(1),
                        512,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(3)),
                config.limits());
    }

    @Test
    void every_key_of_providers_models_and_tool_servers_is_mapped() throws IOException {
        Files.writeString(folder.resolve("provider.key"), "from-a-file\n");
        GatewayConfig config = parse(text("full.yaml"));
        Set<ProviderConfig.Dialect> chat = Set.of(ProviderConfig.Dialect.OPENAI_CHAT);
        assertEquals(
                List.of(
                        new ProviderConfig(
                                "openai",
                                ProviderConfig.Kind.OPENAI_COMPATIBLE,
                                URI.create("https://api.openai.com/v1"),
                                new Secret("sk-test"),
                                Set.of(ProviderConfig.Dialect.OPENAI_CHAT, ProviderConfig.Dialect.OPENAI_RESPONSES),
                                ProviderConfig.Auth.BEARER,
                                Duration.ofSeconds(2),
                                Duration.ofMinutes(5),
                                256,
                                null,
                                ProviderConfig.OutputCap.MAX_COMPLETION_TOKENS,
                                null,
                                false),
                        new ProviderConfig(
                                "local",
                                ProviderConfig.Kind.OPENAI_COMPATIBLE,
                                URI.create("http://127.0.0.1:11434/v1"),
                                new Secret("from-a-file"),
                                chat,
                                ProviderConfig.Auth.BEARER,
                                Duration.ofMillis(500),
                                Duration.ofSeconds(90),
                                4,
                                new ProviderConfig.Tls(folder.resolve("provider-ca.pem")),
                                ProviderConfig.OutputCap.MAX_TOKENS,
                                null,
                                true),
                        new ProviderConfig(
                                "demo",
                                ProviderConfig.Kind.DEMO,
                                null,
                                null,
                                chat,
                                ProviderConfig.Auth.BEARER,
                                Duration.ofSeconds(2),
                                Duration.ofMinutes(5),
                                256,
                                null,
                                ProviderConfig.OutputCap.MAX_COMPLETION_TOKENS,
                                null,
                                false)),
                config.providers());
        assertEquals(
                List.of(
                        new ModelConfig(
                                "fast",
                                new ModelConfig.Route(List.of(
                                        new ModelConfig.Target("openai/gpt-5-mini"),
                                        new ModelConfig.Target("local/llama3.3"))),
                                2048),
                        new ModelConfig(
                                "smart", new ModelConfig.Route(List.of(new ModelConfig.Target("openai/gpt-5"))), null)),
                config.models());
        ToolServerConfig files = config.toolServers().getFirst();
        assertEquals(List.of("npx", "-y", "@modelcontextprotocol/server-filesystem", "./workspace"), files.command());
        assertEquals(Map.of("DEBUG", "1"), files.env());
        assertFalse(files.trustAnnotations());
        assertEquals(Duration.ofMinutes(10), files.process().idleStop());
        assertEquals(
                new ToolServerConfig.Process(
                        List.of("LANG"),
                        folder.resolve("notes"),
                        "notes",
                        Duration.ofSeconds(90),
                        ToolServerConfig.Start.LAZY),
                config.toolServers().get(1).process());
        ToolServerConfig wiki = config.toolServers().get(2);
        assertTrue(wiki.allowPrivate());
        assertFalse(files.allowPrivate());
        assertEquals(
                new ToolServerAuth(null, new ToolServerAuth.Basic("gate", new Secret("none")), Map.of(), null),
                wiki.auth());
        assertEquals(
                new ToolServerAuth(null, null, Map.of("x-api-key", "none"), null),
                config.toolServers().get(3).auth());
        ToolServerConfig github = config.toolServers().getLast();
        assertEquals(URI.create("https://api.githubcopilot.com/mcp/"), github.url());
        assertEquals(new ToolServerAuth(new Secret("none"), null, Map.of(), null), github.auth());
        assertTrue(github.trustAnnotations());
        assertEquals(Duration.ofMinutes(2), github.callTimeout());
        assertEquals(NanoUsd.ofUsd("0.001"), github.pricePerCall());
        assertEquals(
                List.of(new ToolPrice(
                        "search_code",
                        NanoUsd.ofUsd("0.002"),
                        List.of(new ToolPrice.ArgumentPrice(
                                "page.size",
                                Tariff.Measure.NUMBER,
                                NanoUsd.ofUsd("0.0001"),
                                BigDecimal.valueOf(100),
                                BigDecimal.valueOf(30))),
                        new ToolPrice.BytesPrice(NanoUsd.ofUsd("0.001"), 1000L, 4096L),
                        new ToolPrice.BytesPrice(NanoUsd.ofUsd("0.002"), 1000L, null))),
                github.prices());
        assertEquals(DefinitionPolicy.BLOCK, files.definitions(), "nobody is believed unread");
        assertEquals(DefinitionPolicy.WARN, github.definitions());
        assertEquals(
                List.of(new ToolServerConfig.ToolWording("create_issue", null, "Writes an issue")), github.wording());
        assertEquals(
                List.of(new ViewConfig(
                        "triage",
                        List.of(
                                new ViewConfig.Choice("files", List.of("read_*", "list_directory"), null, null, null),
                                new ViewConfig.Choice(
                                        "github", List.of("create_issue"), "new_issue", "New issue", null)))),
                config.views());
    }

    @Test
    void names_that_would_mean_two_things_name_both_owners() {
        String found = problems("""
            tool-servers: [{ slug: notes, command: [notes] }, { slug: notes, command: [notes] }]
            views:
              - { id: notes, tools: [{ from: nots, names: ["*"] }] }
              - { id: sse, tools: [{ from: notes, names: [a], as: x }, { from: notes, names: [b], as: x }] }
            """);
        assertTrue(
                found.contains("portreeve.yaml:1: tool-servers[1].slug: \"notes\" is there twice: it is the slug of"
                        + " tool-servers[0] and the slug of tool-servers[1]"),
                found);
        assertTrue(
                found.contains(
                        "views[0].id: \"notes\" is there twice: it is the slug of tool-servers[0] and the id of"),
                found);
        assertTrue(found.contains("there is no tool server \"nots\", did you mean \"notes\""), found);
        assertTrue(found.contains("views[1].id: \"sse\" is reserved"), found);
        assertTrue(found.contains("\"x\" would be two tools: \"a\" of \"notes\" and \"b\" of \"notes\""), found);
    }

    @Test
    void every_key_of_the_policy_slices_is_mapped() throws IOException {
        Files.writeString(folder.resolve("provider.key"), "from-a-file\n");
        GatewayConfig config = parse(text("full.yaml"));
        OrganisationConfig.Tenant acme = config.organisation().tenants().getFirst();
        assertEquals(
                List.of(new BudgetConfig(
                        new BigDecimal("500"), BudgetConfig.Window.MONTHLY, ZoneId.of("Europe/Berlin"))),
                acme.budgets());
        assertEquals(
                List.of(
                        new OrganisationConfig.Member("ana", List.of()),
                        new OrganisationConfig.Member("ben", List.of())),
                acme.users());
        OrganisationConfig.Team support = acme.teams().getFirst();
        assertEquals("support", support.id());
        assertEquals(
                List.of(new OrganisationConfig.Member(
                        "triage-bot",
                        List.of(new BudgetConfig(new BigDecimal("2.50"), BudgetConfig.Window.DAILY, ZoneOffset.UTC)))),
                support.agents());
        assertEquals(
                new Rule(
                        "office",
                        Rule.Effect.DENY,
                        new Rule.Who(null, null, null, null, null, "*", List.of("10.0.0.0/8")),
                        Selectors.servers("files").by("files").at("Sat,Sun 00:00-24:00 UTC"),
                        null,
                        List.of(),
                        null),
                config.policies().get(2));
        assertEquals(
                new Rule(
                        "write-files",
                        Rule.Effect.REQUIRE_APPROVAL,
                        new Rule.Who(null, null, null, "triage-bot", null),
                        new Selectors(List.of(), List.of("files__write_file"), List.of(), List.of(), List.of()),
                        "args.path.startsWith(\"/workspace\")",
                        List.of("ana", "team:support"),
                        Duration.ofMinutes(10),
                        2,
                        List.of(new Rule.Escalation(Duration.ofMinutes(5), List.of("ben"))),
                        Obligations.NONE,
                        Rule.Mode.SHADOW),
                config.policies().getLast());
        assertEquals(
                new GuardrailConfig(
                        "pii",
                        GuardrailConfig.Detector.PII,
                        Set.of(
                                GuardrailConfig.Entity.EMAIL,
                                GuardrailConfig.Entity.IBAN,
                                GuardrailConfig.Entity.CREDIT_CARD),
                        Set.of(GuardrailConfig.Position.INPUT),
                        GuardrailConfig.Action.MASK,
                        GuardrailConfig.FailureMode.OPEN),
                config.guardrails().getLast());
        assertEquals(
                new ApprovalConfig(
                        List.of(new Webhook(
                                URI.create("https://hooks.example.com/approve"), new Secret(WEBHOOK_SECRET))),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(20),
                        Duration.ofMinutes(3),
                        ApprovalConfig.Money.HELD,
                        Duration.ofHours(2),
                        List.of(new ApprovalConfig.Deputy(
                                "ana", "ben", LocalDate.of(2026, 12, 21), LocalDate.of(2027, 1, 3))),
                        List.of(new ApprovalConfig.Client("codex*", Duration.ofSeconds(20))),
                        null,
                        List.of(),
                        Duration.ofMinutes(15),
                        40),
                config.approvals());
        assertEquals(
                new NoticeConfig(
                        config.approvals().webhooks(),
                        new EmailConfig(
                                "portreeve@example.com",
                                List.of("ops@example.com"),
                                "smtp.example.com",
                                587,
                                EmailConfig.Security.STARTTLS,
                                "portreeve",
                                new Secret(WEBHOOK_SECRET))),
                config.notices());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    serve: {}                              | portreeve.yaml:1: serve: unknown key "serve", did you mean "server"
                    server: { lisen: "127.0.0.1:1" }       | portreeve.yaml:1: server.lisen: unknown key "lisen", did you mean "listen"
                    server: { listen: nowhere }            | portreeve.yaml:1: server.listen: "nowhere" is not an address such as 127.0.0.1:8080
                    server: [1]                            | portreeve.yaml:1: server: expected keys with values, not a list
                    server: { listen: "${NOPE}" }          | portreeve.yaml:1: server.listen: variable NOPE is not set; set it, or write ${NOPE:-default}
                    server: { listen: "${NO PE}" }         | portreeve.yaml:1: server.listen: ${NO PE} is neither ${VAR}, ${VAR:-default} nor ${file:/path}; write $${ for a literal ${
                    server: { listen: "${file:no.txt}" }   | portreeve.yaml:1: server.listen: file "no.txt" cannot be read
                    limits: { max-body-bytes: many }       | portreeve.yaml:1: limits.max-body-bytes: "many" is not a whole number
                    limits: { max-body-bytes: 99999999999} | portreeve.yaml:1: limits.max-body-bytes: "99999999999" is not a whole number
                    limits: { max-body-bytes: 0 }          | portreeve.yaml:1: limits: max-body-bytes must be above zero
                    limits: { call-timeout: 5 }            | portreeve.yaml:1: limits.call-timeout: "5" is not a duration such as 15m (units ms, s, m, h, d)
                    providers: openai                      | portreeve.yaml:1: providers: expected a list, not "openai"
                    providers: [{ base-url: "http://x/" }] | portreeve.yaml:1: providers[0]: missing "id": text
                    providers: [{ id: nobody-knows-me }]   | portreeve.yaml:1: providers[0]: provider "nobody-knows-me" is not a known one, so it needs base-url
                    providers: [{ id: qroq }]              | portreeve.yaml:1: providers[0]: provider "qroq" is not a known one, so it needs base-url, did you mean "groq"
                    providers: [{ id: sarvam }]           | portreeve.yaml:1: providers[0]: provider "sarvam" wants its credential as bearer-and-subscription-key, which this version does not send; to reach it through an openai-compatible server, write that server's base-url
                    providers: [{ id: azure, api-key: k }] | portreeve.yaml:1: providers[0]: the address of "azure" is made with AZURE_RESOURCE_NAME: set to letters, digits, ".", "_" and "-", or write base-url
                    providers: [{ id: amazon-bedrock, api-key: k }] | portreeve.yaml:1: providers[0]: the address of "amazon-bedrock" is made with AWS_REGION: set to letters, digits, ".", "_" and "-", or write base-url
                    providers: [{ id: amazon-bedrock, auth: aws-sigv4, identity: { aws: { region: eu-1 } } }] | portreeve.yaml:1: providers[0]: no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write identity.aws
                    providers: [{ id: a, base-url: "https://a", auth: aws-sigv4, identity: { aws: { access-key-id: i, secret-access-key: s } } }] | portreeve.yaml:1: providers[0]: no region: set AWS_REGION, or write identity.aws.region
                    providers: [{ id: a, base-url: "https://a", identity: { aws: { access-key-id: i } } }] | portreeve.yaml:1: providers[0].identity.aws: access-key-id and secret-access-key go together
                    providers: [{ id: a, base-url: "https://a", auth: entra, identity: { entra: { tenant: t } } }] | portreeve.yaml:1: providers[0]: no application: set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or write identity.entra
                    providers: [{ id: a, base-url: "https://a", identity: { entra: { tenant: "a/b" } } }] | portreeve.yaml:1: providers[0].identity.entra: tenant must be a tenant's id or its domain
                    providers: [{ id: a, base-url: "https://a", auth: google-service-account }] | portreeve.yaml:1: providers[0]: no service account: set GOOGLE_APPLICATION_CREDENTIALS to its key file, or write identity.google.credentials-file
                    providers: [{ id: groq }]              | portreeve.yaml:1: providers[0]: no api-key: set GROQ_API_KEY, or write api-key
                    providers: [{ id: d, kind: demoo }]    | portreeve.yaml:1: providers[0].kind: "demoo" is not one of openai-compatible, demo, did you mean "demo"
                    organisation: { tenants: [{}] }        | portreeve.yaml:1: organisation.tenants[0]: missing "id"
                    policies: [{ effect: allow }]          | portreeve.yaml:1: policies[0]: missing "id"
                    policies: [{ id: a, models: ["*"] }]   | portreeve.yaml:1: policies[0]: missing "effect": one of allow, deny, require-approval, label, mask, limit
                    tool-servers: [{ slug: a }]            | portreeve.yaml:1: tool-servers[0]: tool server "a" needs either url or command
                    prices: { default-input-per-million: 1e999 } | portreeve.yaml:1: prices.default-input-per-million: "1e999" is not a decimal number such as 0.15
                    audit: { checkpoint-every: 1s, checkpoint-every: 2s } | portreeve.yaml:1: audit.checkpoint-every: stands in the file twice
                    server: "                              | portreeve.yaml:1: not YAML: found unexpected end of stream
                    """)
    void what_is_wrong_is_named_with_its_line(String text, String message) {
        assertEquals(message, problems(text));
    }

    @Test
    void a_reference_that_leads_nowhere_names_the_nearest() {
        String found = problems("""
            providers: [{ id: demo, kind: demo }]
            models:
              - name: fast
                route:
                  targets:
                    - { model: dem/small }
            organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
            tool-servers: [{ slug: notes, command: [notes] }]
            policies:
              - { id: a, effect: allow, who: { agent: bto }, models: [fats] }
              - { id: a, effect: allow, tools: [note__read, "note*", read] }
            """);
        assertEquals("""
                portreeve.yaml:6: models[0].route.targets[0].model: there is no provider "dem", did you mean "demo"
                portreeve.yaml:10: policies[0].who.agent: there is no agent "bto", did you mean "bot"
                portreeve.yaml:10: policies[0].models[0]: there is no model "fats", did you mean "fast"
                portreeve.yaml:11: policies[1].id: "a" is there twice
                portreeve.yaml:11: policies[1].tools[0]: there is no tool server "note", did you mean "notes"
                portreeve.yaml:11: policies[1].tools[2]: "read" is not of the form slug__tool\
                """, found);
    }

    @Test
    void all_problems_are_listed_and_not_only_the_first() {
        String found = problems("""
            servr: {}
            limits: { call-timeout: soon }
            database: { pool-size: 0 }
            """);
        assertEquals("""
                portreeve.yaml:1: servr: unknown key "servr", did you mean "server"
                portreeve.yaml:2: limits.call-timeout: "soon" is not a duration such as 15m (units ms, s, m, h, d)
                portreeve.yaml:3: database: pool-size 0 is not between 1 and 200\
                """, found);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    effect: allow, quorum: 2                                   | only a rule that requires approval has one
                    effect: require-approval, quorum: 0                        | is from 1 to 20
                    effect: require-approval, quorum: 2                        | votes are counted by person, so say in approvers who these are
                    effect: require-approval, quorum: 2, approvers: [ana, ana] | is more than the approvers there are, so nobody could ever approve
                    """)
    void a_quorum_that_nobody_could_make_is_an_error(String members, String message) {
        assertEquals(
                "portreeve.yaml:3: policies[0].quorum: " + message,
                problems("organisation: { tenants: [{ id: acme, users: [{ id: ana }] }] }\n"
                        + "tool-servers: [{ slug: notes, command: [notes] }]\n"
                        + "policies: [{ id: a, tools: [notes__write], " + members + " }]\n"));
    }

    @Test
    void approvers_are_people_and_teams_that_are_there() {
        String found = problems("""
            organisation:
              tenants:
                - { id: acme, users: [{ id: alice }], agents: [{ id: bot }], teams: [{ id: support, users: [{ id: bob }] }] }
                - { id: other, users: [{ id: mallory }] }
            tool-servers: [{ slug: notes, command: [notes] }]
            policies:
              - { id: a, effect: require-approval, tools: [notes__a], approvers: [alise, bot, "team:suport", "team:support", mallory] }
              - { id: b, effect: require-approval, tools: [notes__b], who: { tenant: acme }, approvers: [mallory] }
              - { id: c, effect: require-approval, tools: [notes__c], approvers: [bob], escalate: [{ after: 1m, to: [bop] }] }
              - { id: d, effect: require-approval, tools: [notes__d], escalate: [{ after: 1m, to: [bob] }] }
              - { id: e, effect: require-approval, tools: [notes__e], approvers: [bob], timeout: 5m, escalate: [{ after: 5m, to: [alice] }] }
            approvals:
              deputies:
                - { user: acme/alice, deputy: acme/bobb, from: 2026-12-01, to: 2026-12-02 }
                - { user: alice, deputy: bob, from: 2026-12-01, to: 2026-12-02 }
                - { user: acme/alice, deputy: other/mallory, from: 2026-12-01, to: 2026-12-02 }
                - { user: acme/alice, deputy: acme/bob, from: 2026-12-01, to: 2026-12-02 }
              slack: { webhook-url: "https://hooks.slack.com/x", signing-secret: x, people: { U0A: alice, U0B: acme/mallory, U0C: acme/bob } }
            """);
        assertEquals("""
                portreeve.yaml:7: policies[0].approvers[0]: there is no user "alise", did you mean "alice"
                portreeve.yaml:7: policies[0].approvers[1]: there is no user "bot", did you mean "bob"
                portreeve.yaml:7: policies[0].approvers[2]: there is no team "suport", did you mean "support"
                portreeve.yaml:8: policies[1].approvers[0]: there is no user "mallory"; valid: alice, bob
                portreeve.yaml:9: policies[2].escalate[0].to[0]: there is no user "bop", did you mean "bob"
                portreeve.yaml:10: policies[3].escalate: anybody may decide from the start unless approvers says who is asked first
                portreeve.yaml:11: policies[4].escalate: a ticket of this rule is over before anybody comes on top of its approvers
                portreeve.yaml:14: approvals.deputies[0].deputy: there is no user "bobb", did you mean "bob"
                portreeve.yaml:15: approvals.deputies[1].user: there are several tenants: write whose user this is, as tenant/alice
                portreeve.yaml:15: approvals.deputies[1].deputy: there are several tenants: write whose user this is, as tenant/bob
                portreeve.yaml:16: approvals.deputies[2].deputy: "other/mallory" is of another tenant than "acme/alice"
                portreeve.yaml:18: approvals.slack.people.U0A: there are several tenants: write whose user this is, as tenant/alice
                portreeve.yaml:18: approvals.slack.people.U0B: there is no user "mallory"; valid: alice, bob\
                """, found);
    }

    @Test
    void members_of_a_tenant_share_their_names() {
        assertEquals(
                "portreeve.yaml:3: organisation.tenants[0]: there are two members with the id \"ana\"", problems("""
                    organisation:
                      tenants:
                        - { id: acme, users: [{ id: ana }], teams: [{ id: t, agents: [{ id: ana }] }] }
                    """));
    }

    @Test
    void a_condition_that_cannot_be_compiled_is_named_with_its_line_and_column() {
        String found = problems("""
            organisation: { tenants: [{ id: acme, agents: [{ id: bot }] }] }
            tool-servers: [{ slug: notes, command: [notes] }]
            policies:
              - { id: a, effect: allow, tools: [notes__read], when: 'argz.path == "x"' }
            """);
        assertTrue(found.startsWith("portreeve.yaml:4: policies[0].when: column 1: "), found);
        assertTrue(found.contains("argz"), found);
    }

    @Test
    void noticesGoToPlainAddressesAndNoPasswordGoesUnencrypted() {
        String email = "notices: { email: { from: a@b.example, to: [TO], host: h, security: none REST } }";
        assertEquals(
                List.of("ops@example.com"),
                parse(email.replace("TO", "ops@example.com").replace("REST", ""))
                        .notices()
                        .email()
                        .to());
        assertTrue(problems(email.replace("TO", "\"ops@example.com\\nBcc: x@y.example\"")
                        .replace("REST", ""))
                .contains("is no e-mail address"));
        assertTrue(problems(email.replace("TO", "ops@example.com").replace("REST", ", user: u, password: p"))
                .contains("a password would be readable on its way"));
        assertTrue(problems("approvals: { webhooks: [{ url: http://x/, secret: SECRET }] }\n"
                                .replace("SECRET", WEBHOOK_SECRET)
                        + "notices: { webhooks: [{ url: http://x/, secret: whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB }] }")
                .contains("another secret stands beside the same url"));
    }

    @Test
    void a_webhook_secret_must_be_one() {
        assertTrue(problems("approvals: { webhooks: [{ url: http://x/, id: a, secret: SECRET },"
                                .replace("SECRET", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
                        + " { url: http://x/, secret: whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB }] }")
                .contains("approvals.webhooks[1].url: stands twice"));
        for (String link : List.of("http://169.254.169.254/latest", "http://[fe80::1]/")) {
            assertTrue(problems("approvals: { webhooks: [{ url: \"" + link
                            + "\", secret: whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }] }")
                    .contains("leads to an address of this machine's link"));
        }
        assertTrue(problems("approvals: { webhooks: [{ url: http://x/, secret: hunter2 }] }")
                .startsWith("portreeve.yaml:1: approvals.webhooks[0].secret: must be whsec_ and then"));
    }

    @Test
    void a_secret_never_stands_in_a_message() {
        String found = problems("providers: [{ id: local, base-url: nothing, api-key: hunter2, api-kee: hunter2 }]");
        assertFalse(found.contains("hunter2"), found);
    }

    @Test
    void a_doubled_dollar_is_literal_and_variables_are_not_looked_at_again() {
        GatewayConfig config =
                ConfigFile.parse("f", "server: { allowed-hosts: ['$${A}', '${A}'] }", folder, Map.of("A", "${B}")::get);
        assertEquals(List.of("${A}", "${B}"), config.server().allowedHosts());
    }

    @Test
    void an_empty_variable_counts_as_absent_where_a_key_is_optional() {
        assertNull(parse("database: { url: '${NOPE:-}' }").database().url());
    }

    @Test
    void aliases_cannot_make_the_reader_run_away() {
        assertTrue(problems("server: &a { listen: *a }").startsWith("portreeve.yaml:1: server.listen: expected"));
        assertTrue(problems("tool-servers: &a [ *a ]").startsWith("portreeve.yaml:1: tool-servers[0]: expected"));
    }

    @Test
    void a_missing_file_says_what_to_do() {
        Path missing = folder.resolve("none.yaml");
        BadConfig bad = assertThrows(BadConfig.class, () -> ConfigFile.read(missing, ENVIRONMENT::get));
        assertEquals(
                missing + ": there is no such file; name one with --config, or start with: portreeve demo",
                bad.getMessage());
    }

    private static String text(String resource) throws IOException {
        try (var in = ConfigFileTest.class.getResourceAsStream("/config/" + resource)) {
            if (in == null) {
                throw new IOException("no test resource " + resource);
            }
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    private static String cached(String cache) {
        return """
            providers: [ { id: openai } ]
            models: [ { name: fast, route: { targets: [ { model: openai/gpt-5-mini } ] }, cache: CACHE } ]
            """.replace("CACHE", cache);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ ttl: 10m } | 0 | 1000",
                "{ ttl: 10m, price: '0.0002' } | 200000 | 1000",
                "{ ttl: 7d, price: 12.5% } | 125 | 1000",
                "{ ttl: 7d, price: 100% } | 1000 | 1000",
                "{ ttl: 7d, price: 0.1% } | 1 | 1",
                "{ ttl: 1ms, price: 50%, share: tenant } | 4611686018427387904 | 9223372036854775807",
            })
    void the_price_of_an_answer_that_is_given_again(String cache, long nanos, long charged) {
        ModelCacheConfig read = parse(cached(cache)).models().getFirst().cache();
        assertEquals(new NanoUsd(nanos), read.price(new NanoUsd(charged)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | missing \"ttl\"",
                "{ ttl: 0s } | cache.ttl must be above zero and at most 7d",
                "{ ttl: 8d } | cache.ttl must be above zero and at most 7d",
                "{ ttl: 1m, price: -1 } | cache.price \"-1\" is neither dollars",
                "{ ttl: 1m, price: 101% } | cache.price \"101%\" is neither dollars",
                "{ ttl: 1m, price: cheap } | cache.price \"cheap\" is neither dollars",
                "{ ttl: 1m, price: '9999999999' } | is neither dollars",
                "{ ttl: 1m, share: agent } | \"agent\" is not",
            })
    void what_is_no_way_of_keeping_answers_is_said(String cache, String problem) {
        String said = problems(cached(cache));
        assertTrue(said.contains(problem), said);
    }

    @Test
    void what_is_kept_of_answers_has_bounds() {
        CacheConfig usual = parse("{}").cache();
        assertEquals(new CacheConfig(64 << 20, 1 << 20, 10_000), usual);
        assertEquals(new CacheConfig(500, 500, 10_000), usual.within(500));
        assertTrue(problems("cache: { max-bytes: 10 }").contains("max-bytes must be between max-answer-bytes and"));
        assertTrue(problems("cache: { max-entries: 0 }").contains("max-entries must be between 1 and"));
        assertTrue(problems("cache: { max-answer-bytes: 99999999 }").contains("max-answer-bytes must be between"));
    }
}
