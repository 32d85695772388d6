package dev.portreeve.gateway.http;

import dev.portreeve.gateway.file.StoredFile;
import dev.portreeve.gateway.file.StoredFiles;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How OpenAI's interface draws files. */
final class FileForm {
    private static final JsonMapper JSON = new JsonMapper();

    private FileForm() {}

    static byte[] one(StoredFile file) {
        return JSON.writeValueAsBytes(drawn(file));
    }

    static byte[] page(StoredFiles.Page page) {
        ObjectNode answer = JSON.createObjectNode().put("object", "list");
        ArrayNode data = answer.putArray("data");
        List<StoredFile> files = page.files();
        files.forEach(file -> data.add(drawn(file)));
        answer.put("first_id", files.isEmpty() ? null : files.getFirst().id());
        answer.put("last_id", files.isEmpty() ? null : files.getLast().id());
        answer.put("has_more", page.more());
        return JSON.writeValueAsBytes(answer);
    }

    static byte[] deleted(String id) {
        return JSON.writeValueAsBytes(
                JSON.createObjectNode().put("id", id).put("object", "file").put("deleted", true));
    }

    private static ObjectNode drawn(StoredFile file) {
        ObjectNode drawn = JSON.createObjectNode()
                .put("id", file.id())
                .put("object", "file")
                .put("bytes", file.bytes())
                .put("created_at", file.createdAt().getEpochSecond())
                .put("expires_at", file.expiresAt().getEpochSecond())
                .put("filename", file.name())
                .put("purpose", file.purpose().code())
                .put("status", "processed");
        return drawn.putNull("status_details");
    }
}
