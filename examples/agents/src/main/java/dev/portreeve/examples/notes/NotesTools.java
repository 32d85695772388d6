package dev.portreeve.examples.notes;

import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The tools of the notes server: what they say of themselves, and what they do. The SDK checks arguments by schema. */
final class NotesTools {
    private static final Map<String, Object> PATH = Map.of(
            "type",
            "string",
            "minLength",
            1,
            "maxLength",
            200,
            "description",
            "path of the note below the notes folder, ending in .md, such as ideas/garden.md");

    private final Notes notes;

    NotesTools(Notes notes) {
        this.notes = notes;
    }

    List<SyncToolSpecification> all() {
        return List.of(searchNotes(), readNote(), writeNote(), countSlowly());
    }

    private SyncToolSpecification searchNotes() {
        Map<String, Object> query = Map.of(
                "type", "string", "minLength", 1, "maxLength", 200, "description", "text to look for, in any case");
        Tool tool = Tool.builder("search_notes", schema(Map.of("query", query), List.of("query")))
                .title("Search notes")
                .description("Finds the lines of all notes that contain a text. Gives path, line number and line, "
                        + Notes.MAX_HITS + " at most.")
                .annotations(reads("Search notes"))
                .build();
        return spec(tool, (exchange, request) -> {
            List<Notes.Hit> hits = notes.search(text(request, "query"));
            StringBuilder found = new StringBuilder();
            hits.forEach(hit -> found.append(hit.path())
                    .append(':')
                    .append(hit.line())
                    .append(": ")
                    .append(hit.text())
                    .append('\n'));
            return hits.isEmpty() ? "no note contains this" : found.toString();
        });
    }

    private SyncToolSpecification readNote() {
        Tool tool = Tool.builder("read_note", schema(Map.of("path", PATH), List.of("path")))
                .title("Read a note")
                .description("Gives the whole text of one note.")
                .annotations(reads("Read a note"))
                .build();
        return spec(tool, (exchange, request) -> notes.read(text(request, "path")));
    }

    private SyncToolSpecification writeNote() {
        Map<String, Object> body = Map.of(
                "type", "string", "maxLength", Notes.MAX_NOTE_BYTES, "description", "the whole new text, in Markdown");
        Tool tool = Tool.builder("write_note", schema(Map.of("path", PATH, "text", body), List.of("path", "text")))
                .title("Write a note")
                .description(
                        "Writes one note and replaces what was there. Writing the same text again changes nothing.")
                .annotations(ToolAnnotations.builder()
                        .title("Write a note")
                        .readOnlyHint(false)
                        .destructiveHint(true)
                        .idempotentHint(true)
                        .openWorldHint(false)
                        .build())
                .build();
        return spec(tool, (exchange, request) -> {
            String path = text(request, "path");
            boolean isNew = notes.write(path, text(request, "text"));
            return (isNew ? "wrote the new note " : "replaced the note ") + path;
        });
    }

    private SyncToolSpecification countSlowly() {
        Map<String, Object> to =
                Map.of("type", "integer", "minimum", 1, "maximum", 100, "description", "the number to count to");
        Map<String, Object> pause = Map.of(
                "type",
                "integer",
                "minimum",
                0,
                "maximum",
                5000,
                "description",
                "milliseconds before each number; 200 if absent");
        Tool tool = Tool.builder("count_slowly", schema(Map.of("to", to, "pause_ms", pause), List.of("to")))
                .title("Count slowly")
                .description("Counts from 1 and sends a progress notification for each number. Changes nothing.")
                .annotations(reads("Count slowly"))
                .build();
        return spec(tool, NotesTools::count);
    }

    private static String count(McpSyncServerExchange exchange, CallToolRequest request) throws InterruptedException {
        int to = number(request, "to", 1);
        int pause = number(request, "pause_ms", 200);
        Object token = request.meta() == null ? null : request.meta().get("progressToken");
        for (int i = 1; i <= to; i++) {
            Thread.sleep(pause);
            if (token != null) {
                exchange.progressNotification(ProgressNotification.builder(token, i)
                        .total((double) to)
                        .message("counted to " + i)
                        .build());
            }
        }
        return "counted to " + to;
    }

    /** What a tool does; a refusal becomes a result that is marked as an error, so that the model can read it. */
    private interface Action {
        String run(McpSyncServerExchange exchange, CallToolRequest request)
                throws IOException, Notes.Refused, InterruptedException;
    }

    private static SyncToolSpecification spec(Tool tool, Action action) {
        return new SyncToolSpecification(tool, (exchange, request) -> {
            try {
                return result(action.run(exchange, request), false);
            } catch (Notes.Refused refused) {
                return result(String.valueOf(refused.getMessage()), true);
            } catch (IOException failed) {
                System.err.println("notes: " + tool.name() + " failed: " + failed);
                return result("the notes folder cannot be read or written", true);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return result("stopped", true);
            }
        });
    }

    private static CallToolResult result(String text, boolean isError) {
        return CallToolResult.builder().addTextContent(text).isError(isError).build();
    }

    private static ToolAnnotations reads(String title) {
        return ToolAnnotations.builder()
                .title(title)
                .readOnlyHint(true)
                .idempotentHint(true)
                .openWorldHint(false)
                .build();
    }

    private static Map<String, Object> schema(Map<String, Object> properties, List<String> required) {
        return Map.of("type", "object", "properties", properties, "required", required, "additionalProperties", false);
    }

    private static String text(CallToolRequest request, String name) {
        // Present and a string: the SDK has checked the arguments against the schema.
        return String.valueOf(request.arguments().get(name));
    }

    private static int number(CallToolRequest request, String name, int otherwise) {
        return request.arguments().get(name) instanceof Number number ? number.intValue() : otherwise;
    }
}
