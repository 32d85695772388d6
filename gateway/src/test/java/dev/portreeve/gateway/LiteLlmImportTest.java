package dev.portreeve.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.cli.Terminal;
import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.config.GatewayConfig;
import dev.portreeve.gateway.config.ModelConfig;
import dev.portreeve.gateway.config.ProviderConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** LiteLLM's configuration becomes one of ours that {@code check} accepts, and whatever is not the same is said with its line. */
class LiteLlmImportTest {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Z0-9_]+)}");

    @TempDir
    private Path folder;

    private record Outcome(int exitCode, String out, String err) {}

    private Outcome run(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), environment::get, false), arguments);
        return new Outcome(code, out.toString(), err.toString());
    }

    private Path sample() throws IOException {
        try (InputStream in = LiteLlmImportTest.class.getResourceAsStream("/imports/litellm/config.yaml")) {
            return Files.write(folder.resolve("config.yaml"), in.readAllBytes());
        }
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), text);
    }

    private static Map<String, String> everySet(String yaml) {
        Map<String, String> set = new HashMap<>();
        Matcher reference = REFERENCE.matcher(yaml);
        while (reference.find()) {
            boolean address = reference.group(1).endsWith("BASE");
            set.put(reference.group(1), address ? "https://example.openai.azure.com" : "stands-in");
        }
        for (String more : List.of("AWS_REGION", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AWS_BEARER_TOKEN_BEDROCK")) {
            set.put(more, "stands-in");
        }
        return set;
    }

    private GatewayConfig imported(String yaml) {
        return ConfigFile.parse("imported", yaml, folder, everySet(yaml)::get);
    }

    private static ModelConfig model(GatewayConfig config, String name) {
        return config.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ProviderConfig at(GatewayConfig config, ModelConfig model, int target) {
        String id = model.route().targets().get(target).provider();
        return config.providers().stream()
                .filter(provider -> provider.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void what_it_writes_is_what_check_accepts() throws IOException {
        Path to = folder.resolve("portreeve.yaml");
        Outcome done = run(Map.of(), "import", "litellm-config", sample().toString(), "--to", to.toString());
        assertEquals(1, done.exitCode(), done.err());
        String yaml = Files.readString(to);
        Outcome check = run(everySet(yaml), "check", "--config", to.toString());
        assertEquals(0, check.exitCode(), yaml + check.out() + check.err());
        Outcome again = run(Map.of(), "import", "litellm-config", sample().toString(), "--to", to.toString());
        assertEquals(2, again.exitCode(), "a file that is there is not touched");
        assertEquals(yaml, Files.readString(to));
    }

    @Test
    void who_a_deployment_is_at_a_cloud_becomes_an_identity_without_its_secrets() throws IOException {
        String yaml =
                run(Map.of(), "import", "litellm-config", file("""
                    model_list:
                      - model_name: keys
                        litellm_params:
                          model: bedrock/eu.anthropic.claude-sonnet-4-5-v1:0
                          aws_region_name: eu-west-1
                          aws_access_key_id: os.environ/AWS_ID
                          aws_secret_access_key: wJalrLITERAL
                      - model_name: profile
                        litellm_params:
                          model: bedrock/amazon.nova-pro-v1:0
                          aws_region_name: us-east-1
                          aws_profile_name: dev
                          aws_role_name: arn:aws:iam::123456789012:role/models
                          aws_external_id: ours
                      - model_name: gem
                        litellm_params:
                          model: vertex_ai/gemini-2.5-pro
                          vertex_project: our-project
                          vertex_location: europe-west4
                          vertex_credentials: /etc/vertex.json
                      - model_name: claude
                        litellm_params:
                          model: vertex_ai/claude-sonnet-4-5@20250929
                          vertex_project: our-project
                          vertex_location: global
                          vertex_credentials: '{"type":"service_account"}'
                    """).toString()).out();
        assertFalse(yaml.contains("LITERAL") || yaml.contains("service_account"), yaml);
        Map<String, String> set = everySet(yaml);
        set.put("HOME", "/home/gateway");
        set.put("GOOGLE_APPLICATION_CREDENTIALS", "/etc/other.json");
        GatewayConfig config = ConfigFile.parse("imported", yaml, folder, set::get);
        ProviderConfig keys = at(config, model(config, "keys"), 0);
        assertEquals("amazon-bedrock", keys.id());
        assertEquals(ProviderConfig.Auth.AWS_SIGV4, keys.sentAs());
        assertEquals(URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com"), keys.baseUrl());
        assertTrue(yaml.contains("access-key-id: \"${AWS_ID}\""), yaml);
        ProviderConfig profile = at(config, model(config, "profile"), 0);
        assertEquals(ProviderConfig.Auth.AWS_SIGV4, profile.sentAs(), yaml);
        assertEquals(URI.create("https://bedrock-runtime.us-east-1.amazonaws.com"), profile.baseUrl());
        assertEquals(java.util.Set.of(ProviderConfig.Dialect.BEDROCK_CONVERSE), profile.spoken());
        assertTrue(yaml.contains("role-arn: \"arn:aws:iam::123456789012:role/models\", external-id: "), yaml);
        ProviderConfig gem = at(config, model(config, "gem"), 0);
        assertEquals(ProviderConfig.Auth.GOOGLE_SERVICE_ACCOUNT, gem.sentAs());
        assertEquals(
                URI.create(
                        "https://europe-west4-aiplatform.googleapis.com/v1/projects/our-project/locations/europe-west4"
                                + "/publishers/google"),
                gem.baseUrl());
        assertEquals(java.util.Set.of(ProviderConfig.Dialect.GEMINI), gem.spoken());
        assertEquals(
                Path.of("/etc/vertex.json"),
                java.util.Objects.requireNonNull(
                                java.util.Objects.requireNonNull(gem.identity()).google())
                        .credentialsFile());
        ProviderConfig claude = at(config, model(config, "claude"), 0);
        assertEquals("google-vertex-anthropic", claude.id());
        assertEquals(java.util.Set.of(ProviderConfig.Dialect.ANTHROPIC_MESSAGES), claude.spoken());
        assertEquals(
                URI.create(
                        "https://aiplatform.googleapis.com/v1/projects/our-project/locations/global/publishers/anthropic"),
                claude.baseUrl());
        assertFalse(yaml.contains("api-key"), yaml);
    }

    @Test
    void models_of_one_name_are_one_with_several_targets() throws IOException {
        GatewayConfig config = imported(
                run(Map.of(), "import", "litellm-config", sample().toString()).out());
        ModelConfig fast = model(config, "fast");
        assertEquals(
                List.of("gpt-5-mini", "mini-deployment"),
                fast.route().targets().stream()
                        .map(ModelConfig.Target::upstreamModel)
                        .toList());
        assertEquals(8192, fast.maxOutputTokens());
        assertEquals("openai", at(config, fast, 0).id());
        assertEquals(
                URI.create("https://example.openai.azure.com/openai/v1"),
                at(config, fast, 1).baseUrl());
        assertEquals(
                URI.create("http://127.0.0.1:11434/v1"),
                at(config, model(config, "local"), 0).baseUrl());
        assertEquals(32, at(config, model(config, "smart"), 0).maxConcurrent());
        ProviderConfig eu = at(config, model(config, "smart-eu"), 0);
        assertTrue(!eu.id().equals("anthropic") && eu.spoken().contains(ProviderConfig.Dialect.ANTHROPIC_MESSAGES));
        assertEquals(ProviderConfig.Auth.X_API_KEY, eu.sentAs());
        assertEquals(Duration.ofSeconds(120), config.limits().callTimeout());
        assertEquals(10 * 1024 * 1024, config.limits().maxBodyBytes());
        assertTrue(config.models().stream().noneMatch(model -> model.name().equals("nobody")));
        assertTrue(config.toolServers().stream()
                .anyMatch(server -> server.disabled() && server.slug().equals("files")));
        assertEquals(1, config.guardrails().size());
        assertEquals(
                List.of("allow"),
                config.policies().stream()
                        .filter(rule -> rule.id().equals("imported-models"))
                        .map(rule -> rule.effect().name().toLowerCase(java.util.Locale.ROOT))
                        .toList());
    }

    @Test
    void no_secret_of_the_file_is_copied_or_said() throws IOException {
        for (String[] output : List.of(new String[] {"text"}, new String[] {"json"})) {
            Outcome done = run(Map.of(), "import", "litellm-config", sample().toString(), "-o", output[0]);
            for (String secret :
                    List.of("sk-live-4f1c", "sk-master", "hunter2", "tok-91ab", "secret-value-never-copied")) {
                assertFalse((done.out() + done.err()).contains(secret), secret + " in " + output[0]);
            }
        }
    }

    @Test
    void the_report_names_each_line() throws IOException {
        Path config = sample();
        JsonNode report = JsonMapper.shared()
                .readTree(run(Map.of(), "import", "litellm-config", config.toString(), "-o", "json")
                        .out());
        List<String> lines = Files.readAllLines(config, StandardCharsets.UTF_8);
        Map<String, String> lost = new HashMap<>();
        for (JsonNode finding : report.path("not_supported")) {
            lost.put(
                    finding.path("path").asString(),
                    lines.get(finding.path("line").asInt() - 1).strip());
        }
        assertEquals("rpm: 600", lost.get("model_list[0].litellm_params.rpm"));
        assertEquals("model: some_startup/model-x", lost.get("model_list[9].litellm_params.model"));
        assertEquals("success_callback: [langfuse]", lost.get("litellm_settings.success_callback"));
        assertEquals("something_new: 1", lost.get("something_new"));
        assertTrue(lost.containsKey("router_settings.model_group_alias.lost"), lost.toString());
        assertTrue(lost.containsKey("guardrails[1]"), lost.toString());
        List<String> changed = report.path("changed")
                .valueStream()
                .map(one -> one.path("path").asString())
                .toList();
        assertTrue(
                changed.containsAll(List.of(
                        "model_list[1].litellm_params.api_key",
                        "litellm_settings.num_retries",
                        "router_settings.routing_strategy",
                        "general_settings.master_key",
                        "general_settings.database_url",
                        "mcp_servers.files",
                        "environment_variables.SOME_TOKEN")),
                changed.toString());
        assertTrue(report.path("variables")
                .valueStream()
                .anyMatch(variable -> variable.path("name").asString().equals("WIKI_TOKEN")));
    }

    @Test
    void a_file_that_is_wholly_the_same_here_ends_with_zero() throws IOException {
        Path config = file("""
            model_list:
              - model_name: smart
                litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: os.environ/ANTHROPIC_API_KEY }
            """);
        Outcome done = run(Map.of(), "import", "litellm-config", config.toString());
        assertEquals(0, done.exitCode(), done.err());
        assertEquals(1, imported(done.out()).models().size());
    }

    private void assertRefused(String text, String why) throws IOException {
        Outcome refused = run(Map.of(), "import", "litellm-config", file(text).toString());
        assertEquals(2, refused.exitCode(), refused.out() + refused.err());
        assertTrue(refused.err().contains(why), refused.err());
    }

    @Test
    void hostile_and_broken_files_are_refused_with_their_reason() throws IOException {
        assertRefused("model_list: [", "not YAML");
        assertRefused("", "no LiteLLM configuration");
        assertRefused("- 1\n- 2\n", "no LiteLLM configuration");
        assertRefused("include: [other.yaml]\nmodel_list: []\n", ":1: include: other files are not read");
        assertRefused("model_list: []\nmodel_list: []\n", ":2: model_list: stands there twice");
        assertRefused("model_list: []\n? [a]\n: b\n", "not YAML");
        StringBuilder bomb = new StringBuilder("model_list: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("k").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(9))
                    .append("*a")
                    .append(i - 1)
                    .append("]\n");
        }
        assertRefused(bomb.toString(), "aliases counted as often as they stand there");
        assertRefused("model_list: &a [*a]\n", "nested");
        assertRefused("model_list: " + "[".repeat(5000) + "]".repeat(5000), "nested");
        assertRefused(
                "model_list:\n" + "  - model_name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n".repeat(200_000),
                "larger than");
    }

    @Test
    void wrong_types_are_said_and_the_rest_goes_on() throws IOException {
        Path config = file("""
            model_list:
              - 7
              - { model_name: [a], litellm_params: text }
              - model_name: ok
                litellm_params: &shared { model: openai/gpt-5, api_key: os.environ/OPENAI_API_KEY, weight: heavy }
              - model_name: "also: \\"ok\\" ${HOME} #"
                litellm_params: { <<: *shared, model: "openai/${PATH}" }
            litellm_settings: [1]
            router_settings: { num_retries: many, cooldown_time: 1e999999999, fallbacks: { ok: ok } }
            general_settings: true
            mcp_servers: { broken: 3 }
            guardrails: 5
            """);
        Outcome done = run(Map.of(), "import", "litellm-config", config.toString());
        assertEquals(1, done.exitCode(), done.err());
        GatewayConfig imported = imported(done.out());
        assertEquals(
                List.of("ok", "also: \"ok\" ${HOME} #"),
                imported.models().stream().map(ModelConfig::name).toList());
        assertEquals(
                "${PATH}", imported.models().get(1).route().targets().getFirst().upstreamModel());
        assertTrue(done.err().contains("config.yaml:2"), done.err());
    }
}
