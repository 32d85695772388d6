package dev.portreeve.gateway.dialect;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.portreeve.gateway.dialect.ModelRequest.CapMember;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a body of 100 KiB costs on its way to a provider of its own dialect, in memory: what is written of it anew, and next to nothing
 * beside that. A tree of it would cost many times as much, which this looks at too, so that the figure says something.
 */
class PassThroughCostTest {
    private static final int SIZE = 100 * 1024;

    private static byte[] body(Dialect dialect) {
        boolean gemini = dialect == Dialect.GEMINI;
        String begin = switch (dialect) {
            case GEMINI -> "{\"contents\":[";
            case OPENAI_RESPONSES -> "{\"model\":\"m\",\"store\":false,\"max_output_tokens\":9,\"input\":[";
            default -> "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[";
        };
        StringBuilder body = new StringBuilder(begin);
        for (int i = 0; body.length() < SIZE; i++) {
            String role = i % 2 == 0 ? "user" : gemini ? "model" : "assistant";
            String type = dialect == Dialect.OPENAI_RESPONSES ? (i % 2 == 0 ? "input_text" : "output_text") : "text";
            body.append(i == 0 ? "" : ",")
                    .append(
                            gemini
                                    ? "{\"role\":\"" + role + "\",\"parts\":[{\"text\":\"word " + i + "\"}]}"
                                    : "{\"role\":\"" + role + "\",\"content\":[{\"type\":\"" + type
                                            + "\",\"text\":\"word " + i + "\"}]}");
        }
        return body.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            work.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @ParameterizedTest
    @EnumSource(
            value = Dialect.class,
            names = {"OPENAI_CHAT", "ANTHROPIC_MESSAGES", "OPENAI_RESPONSES", "GEMINI"})
    void it_is_not_made_into_a_tree(Dialect dialect) {
        byte[] body = body(dialect);
        long passing = allocated(() -> {
            ModelRequest request = dialect.read(new RequestPath(Operation.CHAT, "m", false), body, false);
            byte[] sent = request.forwarded("other-model", CapMember.MAX_TOKENS, 0, request.content());
            assertTrue(sent.length > SIZE, "it is all there");
        });
        long asTree = allocated(() -> {
            JsonNode tree = JsonMapper.shared().readTree(body);
            assertTrue(tree.isObject());
        });
        assertTrue(passing < 2L * body.length, dialect + " takes " + passing + " bytes for " + body.length);
        assertTrue(asTree > 4L * passing, dialect + ": a tree takes " + asTree + ", passing " + passing);
    }
}
