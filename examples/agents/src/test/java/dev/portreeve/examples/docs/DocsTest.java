package dev.portreeve.examples.docs;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.portreeve.gateway.config.ConfigFile;
import dev.portreeve.gateway.dialect.BatchLine;
import dev.portreeve.policy.call.Denial;
import dev.portreeve.policy.call.UpstreamFault;
import dev.portreeve.policy.key.Authentication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

/** What the documentation shows must be true of the program: examples load, links lead somewhere, every code has its page. */
final class DocsTest {
    /** The clone's folder, two above this module's. */
    static final Path ROOT = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .resolve("../..")
            .normalize();

    private static final Pattern BLOCK = Pattern.compile("(?m)^```(\\w+)\\n(.*?)^```$", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("OPENAI_API_KEY", "sk-example"),
            Map.entry("GROQ_API_KEY", "gsk-example"),
            Map.entry("APPROVAL_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            Map.entry("SLACK_BOT_TOKEN", "xoxb-0123"),
            Map.entry("SLACK_SIGNING_SECRET", "8f742231b10e8888abcd99yyyzzz85a5"),
            Map.entry("SMTP_PASSWORD", "example"),
            Map.entry("OLD_SIGNING_KEY", "-----BEGIN PRIVATE KEY-----"),
            Map.entry("BENCH_LISTEN", "18410"),
            Map.entry("BENCH_ADMIN", "18411"),
            Map.entry("BENCH_DATA", "data"),
            Map.entry("BENCH_FIXED", "18400"),
            Map.entry("BENCH_DELAYED", "18401"),
            Map.entry("BENCH_ECHO", "18501"),
            Map.entry("BENCH_MANY", "1851"));

    /** A fenced block of a page. */
    record Block(Path page, int line, String language, String text) {
        String name() {
            return ROOT.relativize(page) + ":" + line;
        }
    }

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    static List<Block> blocks(String language) throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path page : pages()) {
            String text = Files.readString(page);
            Matcher matcher = BLOCK.matcher(text);
            while (matcher.find()) {
                int line = (int) text.substring(0, matcher.start()).lines().count() + 1;
                if (matcher.group(1).equals(language)) {
                    blocks.add(new Block(page, line, language, matcher.group(2)));
                }
            }
        }
        assertFalse(blocks.isEmpty(), "no block in " + language + " found");
        return blocks;
    }

    @TestFactory
    Stream<DynamicTest> configurationExamplesLoad() throws IOException {
        return blocks("yaml").stream()
                .filter(block -> !block.text().startsWith("version:"))
                .map(block -> DynamicTest.dynamicTest(
                        block.name(),
                        () -> assertDoesNotThrow(
                                () -> ConfigFile.parse(block.name(), block.text(), ROOT, VARIABLES::get))));
    }

    @TestFactory
    Stream<DynamicTest> benchmarkConfigurationsLoad() {
        return Stream.of("lean", "on", "guarded", "mcp")
                .map(name -> ROOT.resolve("bench/config").resolve(name + ".yaml"))
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(),
                        () -> assertDoesNotThrow(() -> ConfigFile.read(file, VARIABLES::get))));
    }

    @TestFactory
    Stream<DynamicTest> jsonExamplesParse() throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        return blocks("json").stream()
                .map(block -> DynamicTest.dynamicTest(
                        block.name(),
                        () -> assertTrue(json.readTree(block.text()).isObject())));
    }

    @TestFactory
    Stream<DynamicTest> linksLeadToPages() throws IOException {
        return pages().stream()
                .map(page -> DynamicTest.dynamicTest(ROOT.relativize(page).toString(), () -> {
                    Matcher link = LINK.matcher(Files.readString(page));
                    while (link.find()) {
                        String target = link.group(1).replaceFirst("#.*", "");
                        boolean inside = !target.isEmpty() && !target.contains("://");
                        if (inside) {
                            assertTrue(Files.exists(page.resolveSibling(target)), "no " + target);
                        }
                    }
                }));
    }

    /** The codes of the edge stand in its sources, as the first text of what makes an error. */
    private static final Pattern EDGE_CODE = Pattern.compile("(?:BadRequest\\.invalid\\(|new"
            + " BadRequest\\(\\s*\\w+,|ErrorAnswer\\.of\\(\\s*\\w+,\\s*\\w+,|upstream\\(\\d+,)\\s*"
            + "\"([a-z]+(?:_[a-z]+)+)\"");
    /** What OpenAI's dialect calls some refusals; the header with the reason has the code that has a page. */
    private static final Set<String> OTHER_WORDS = Set.of(
            "invalid_api_key",
            "model_not_granted",
            "tool_not_granted",
            "content_policy_violation",
            "insufficient_quota");

    private static TreeSet<String> codesOfTheEdge() throws IOException {
        TreeSet<String> codes = new TreeSet<>();
        try (Stream<Path> files = Files.walk(ROOT.resolve("gateway/src/main/java"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                Matcher code = EDGE_CODE.matcher(Files.readString(file));
                while (code.find()) {
                    codes.add(code.group(1));
                }
            }
        }
        assertTrue(codes.containsAll(List.of("invalid_json", "unknown_url", "upstream_quota")), codes.toString());
        codes.removeAll(OTHER_WORDS);
        return codes;
    }

    @Test
    void everyCodeHasItsPageAndEveryPageItsCode() throws IOException {
        TreeSet<String> codes = codesOfTheEdge();
        codes.add("approval_required");
        codes.add(BatchLine.INVALID);
        for (Authentication.Reason reason : Authentication.Reason.values()) {
            codes.add(reason.code());
        }
        for (Denial.Reason reason : Denial.Reason.values()) {
            codes.add(reason.code());
        }
        for (UpstreamFault.Kind kind : UpstreamFault.Kind.values()) {
            codes.add(kind.code());
        }
        TreeSet<String> documented = new TreeSet<>();
        String list = Files.readString(ROOT.resolve("docs/errors/README.md"));
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/errors"))) {
            for (Path file : files.toList()) {
                String code = file.getFileName().toString().replace(".md", "");
                if (!code.equals("README")) {
                    documented.add(code);
                    assertTrue(Files.readString(file).startsWith("# " + code + "\n"), file + " begins with its code");
                    assertTrue(list.contains("[" + code + "](" + code + ".md)"), code + " is in the list");
                }
            }
        }
        assertEquals(codes, documented);
    }
}
