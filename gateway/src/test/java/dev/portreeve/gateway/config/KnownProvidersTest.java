package dev.portreeve.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ProviderConfig.OutputCap;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every entry of the list, and what a configuration makes of one. */
class KnownProvidersTest {
    private static final List<KnownProvider> ALL = KnownProviders.builtIn().all();

    static Stream<KnownProvider> all() {
        return ALL.stream();
    }

    private static GatewayConfig config(String yaml, Map<String, String> environment) {
        return ConfigFile.parse("t.yaml", yaml, Path.of(""), environment::get);
    }

    private static ProviderConfig one(String entry, Map<String, String> environment) {
        return config("providers: [ " + entry + " ]", environment).providers().getFirst();
    }

    @Test
    void there_are_as_many_as_promised_in_order_and_each_address_with_one_key_once() {
        assertTrue(ALL.size() >= 103, "only " + ALL.size());
        assertEquals(
                ALL.stream().map(KnownProvider::id).sorted().toList(),
                ALL.stream().map(KnownProvider::id).toList());
        Set<String> remote = new HashSet<>();
        for (KnownProvider provider : ALL) {
            assertTrue(
                    provider.auth() == KnownProvider.Auth.NONE || remote.add(provider.baseUrl()),
                    () -> provider.baseUrl() + " is there twice");
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void an_entry_is_whole(KnownProvider provider) throws UnknownHostException {
        assertTrue(provider.id().matches("[a-z0-9][a-z0-9_.-]{0,39}"), provider.id());
        URI address = Objects.requireNonNull(provider.address(name -> "eu-1"));
        assertTrue(!address.toString().endsWith("/") && !address.toString().contains("{"), address.toString());
        assertNull(address.getRawQuery());
        assertNull(address.getRawFragment());
        assertNull(address.getRawUserInfo());
        assertEquals(address.normalize(), address);
        boolean local = provider.auth() == KnownProvider.Auth.NONE;
        assertEquals(local ? "http" : "https", address.getScheme());
        // Only a literal: no name is looked up here.
        assertTrue(!local || InetAddress.ofLiteral(address.getHost()).isLoopbackAddress(), address.toString());
        assertTrue(local || provider.keyVariable() != null, provider.id() + " has no variable for its key");
        assertTrue(provider.keyVariable() == null || provider.keyVariable().matches("[A-Z0-9_]+"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void an_entry_needs_its_key_only_or_says_why_it_cannot_be_used(KnownProvider provider) {
        String entry = "{ id: " + provider.id() + ", api-key: \"k\" }";
        Map<String, String> environment = Map.of(
                "AWS_REGION",
                "eu-1",
                "CLOUDFLARE_ACCOUNT_ID",
                "a",
                "DATABRICKS_HOST",
                "h",
                "SNOWFLAKE_ACCOUNT",
                "s",
                "AZURE_RESOURCE_NAME",
                "r",
                "GOOGLE_CLOUD_LOCATION",
                "europe-west4",
                "GOOGLE_CLOUD_PROJECT",
                "p",
                "GOOGLE_APPLICATION_CREDENTIALS",
                "/k.json");
        String why = provider.unusable();
        if (why == null) {
            ProviderConfig config = one(entry, environment);
            assertNotNull(config.baseUrl());
            assertEquals(provider.outputCap(), config.answerBound());
        } else {
            String said = String.valueOf(
                    assertThrows(BadConfig.class, () -> one(entry, environment)).getMessage());
            assertTrue(said.contains(provider.id()) && said.contains(why), said);
        }
    }

    @Test
    void the_variables_of_an_entry_fill_address_and_key() {
        ProviderConfig bedrock =
                one("{ id: amazon-bedrock }", Map.of("AWS_REGION", "eu-west-1", "AWS_BEARER_TOKEN_BEDROCK", "secret"));
        assertEquals(URI.create("https://bedrock-runtime.eu-west-1.amazonaws.com"), bedrock.baseUrl());
        assertEquals("secret", Objects.requireNonNull(bedrock.apiKey()).reveal());
    }

    @Test
    void a_provider_that_signs_needs_no_key_and_says_its_region_once() {
        ProviderConfig bedrock = one(
                "{ id: amazon-bedrock, auth: aws-sigv4, identity: { aws: { region: eu-central-1 } } }",
                Map.of("AWS_ACCESS_KEY_ID", "i", "AWS_SECRET_ACCESS_KEY", "s", "AWS_SESSION_TOKEN", "t"));
        assertEquals(URI.create("https://bedrock-runtime.eu-central-1.amazonaws.com"), bedrock.baseUrl());
        AwsIdentity aws = Objects.requireNonNull(
                Objects.requireNonNull(bedrock.identity()).aws());
        assertEquals("t", Objects.requireNonNull(aws.sessionToken()).reveal());
        assertNull(bedrock.apiKey());
        assertEquals(Set.of(ProviderConfig.Dialect.BEDROCK_CONVERSE), bedrock.spoken());
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example/x", "a@evil.example", "", "..", "a b", "https://h"})
    void a_value_that_is_no_part_of_an_address_is_refused(String region) {
        String said = String.valueOf(assertThrows(
                        BadConfig.class, () -> one("{ id: amazon-bedrock, api-key: k }", Map.of("AWS_REGION", region)))
                .getMessage());
        assertTrue(said.contains("AWS_REGION"), said);
    }

    @Test
    void what_the_file_says_goes_before_what_is_known() {
        ProviderConfig own = one(
                "{ id: mistral, base-url: \"http://127.0.0.1:9/v1\", output-cap: max-completion-tokens }", Map.of());
        assertEquals(URI.create("http://127.0.0.1:9/v1"), own.baseUrl());
        assertEquals(OutputCap.MAX_COMPLETION_TOKENS, own.answerBound());
        assertEquals(
                "http://127.0.0.1:9/v1",
                String.valueOf(one("{ id: anthropic, api-key: k, base-url: \"http://127.0.0.1:9/v1\" }", Map.of())
                        .baseUrl()));
    }

    @Test
    void an_alias_is_the_provider() {
        assertEquals(find("togetherai"), find("together"));
        assertEquals(
                URI.create("https://api.together.xyz/v1"),
                one("{ id: together, api-key: k }", Map.of()).baseUrl());
    }

    @Test
    void a_provider_is_spoken_to_in_its_dialect_and_gets_its_key_where_it_looks_for_it() {
        ProviderConfig anthropic = one("{ id: anthropic }", Map.of("ANTHROPIC_API_KEY", "k"));
        assertEquals(Set.of(ProviderConfig.Dialect.ANTHROPIC_MESSAGES), anthropic.spoken());
        assertEquals(ProviderConfig.Auth.X_API_KEY, anthropic.sentAs());
        assertEquals(
                ProviderConfig.Auth.API_KEY,
                one("{ id: azure, api-key: k }", Map.of("AZURE_RESOURCE_NAME", "r"))
                        .sentAs());
        ProviderConfig both = one(
                "{ id: own, base-url: \"http://127.0.0.1:9/v1\", dialects: [openai-chat, anthropic-messages] }",
                Map.of());
        assertEquals(2, both.spoken().size());
        assertEquals(ProviderConfig.Auth.BEARER, both.sentAs());
        ProviderConfig messages =
                one("{ id: own, base-url: \"http://127.0.0.1:9/v1\", dialects: [anthropic-messages] }", Map.of());
        assertEquals(ProviderConfig.Auth.X_API_KEY, messages.sentAs());
    }

    private static @Nullable KnownProvider find(String name) {
        return KnownProviders.builtIn().find(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "providers: [ { id: a, name: A } ]",
                "providers: [ { id: a, name: A, base-url: \"https://a\", dialect: x } ]",
                "providers: [ { id: a, name: A, base-url: \"https://a\", auth: magic } ]",
            })
    void a_list_with_a_mistake_is_refused(String yaml) {
        assertThrows(BadConfig.class, () -> KnownProviders.parse(yaml));
    }

    @Test
    void a_name_for_two_is_refused() {
        String yaml = """
                providers:
                  - id: a
                    name: A
                  - id: b
                    aliases: [c, a]
                """;
        assertThrows(IllegalArgumentException.class, () -> KnownProviders.index(yaml));
    }

    /** Entries are found by the file's form, so the whole file, read as what it is, must say the same. */
    @Test
    void entries_read_one_by_one_are_those_of_the_whole_file() throws IOException {
        try (InputStream in = Objects.requireNonNull(KnownProviders.class.getResourceAsStream("providers.yaml"))) {
            assertEquals(KnownProviders.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)), ALL);
        }
        for (KnownProvider provider : ALL) {
            assertEquals(provider, find(provider.id()));
            provider.aliases().forEach(alias -> assertEquals(provider, find(alias)));
        }
    }
}
