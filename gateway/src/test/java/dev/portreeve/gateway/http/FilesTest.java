package dev.portreeve.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.MultipartField;
import com.openai.core.http.HttpResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FileDeleted;
import com.openai.models.files.FileListPage;
import com.openai.models.files.FileListParams;
import com.openai.models.files.FileObject;
import com.openai.models.files.FilePurpose;
import dev.portreeve.audit.AuditEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenAI's Java SDK with the files of {@code /v1/files}, and forms that no SDK would send. */
class FilesTest {
    private static final String LINES =
            "{\"custom_id\":\"a\",\"body\":{\"x\":\"Grüße\"}}\n{\"custom_id\":\"b\"}\n\n{\"custom_id\":\"c\"}";

    private final HttpClient http = HttpClient.newHttpClient();
    private EdgeFixture edge;
    private OpenAIClient openai;
    private OpenAIClient stranger;

    @BeforeEach
    void start() {
        edge = new EdgeFixture().demo().model("demo", "demo/demo").start();
        openai = client(EdgeFixture.KEY);
        stranger = client(EdgeFixture.STRANGER_KEY);
    }

    private OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(edge.uri("/v1").toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() {
        openai.close();
        stranger.close();
        http.close();
        edge.close();
    }

    private static FileCreateParams.Builder upload(String content) {
        return FileCreateParams.builder()
                .purpose(FilePurpose.BATCH)
                .file(MultipartField.<InputStream>builder()
                        .value(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)))
                        .filename("requests.jsonl")
                        .contentType("application/jsonl")
                        .build());
    }

    private FileObject keep(String content) {
        return openai.files().create(upload(content).build()).validate();
    }

    private static String content(OpenAIClient client, String id) throws IOException {
        try (HttpResponse response = client.files().content(id);
                InputStream in = response.body()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void the_sdk_uploads_reads_lists_and_deletes() throws IOException {
        FileObject file = keep(LINES);
        assertEquals("requests.jsonl", file.filename());
        assertEquals(FileObject.Purpose.BATCH, file.purpose());
        assertEquals(LINES.getBytes(StandardCharsets.UTF_8).length, file.bytes());
        assertEquals(Duration.ofDays(7).toSeconds(), file.expiresAt().orElseThrow() - file.createdAt());
        assertEquals(file, openai.files().retrieve(file.id()).validate());
        assertEquals(LINES, content(openai, file.id()));
        FileListPage page = openai.files().list();
        assertEquals(List.of(file), page.data());
        assertFalse(page.hasNextPage());
        FileDeleted deleted = openai.files().delete(file.id()).validate();
        assertTrue(deleted.deleted());
        assertThrows(NotFoundException.class, () -> openai.files().retrieve(file.id()));
    }

    @Test
    void what_keeps_gives_or_deletes_a_content_is_a_record() throws IOException {
        FileObject file = keep(LINES);
        content(openai, file.id());
        openai.files().delete(file.id());
        List<AuditEvent> events = edge.journal.events();
        assertEquals(
                List.of("file.kept", "file.read", "file.deleted"),
                events.stream().map(event -> event.kind().code()).toList());
    }

    @Test
    void another_member_sees_nothing_of_it() {
        FileObject file = keep(LINES);
        assertThrows(NotFoundException.class, () -> stranger.files().retrieve(file.id()));
        assertThrows(NotFoundException.class, () -> content(stranger, file.id()));
        NotFoundException refused =
                assertThrows(NotFoundException.class, () -> stranger.files().delete(file.id()));
        assertTrue(String.valueOf(refused.getMessage()).contains("there is no such file of yours"));
        assertEquals(List.of(), stranger.files().list().data());
        assertEquals(1, openai.files().list().data().size());
    }

    @Test
    void a_caller_says_how_long() {
        FileObject file = openai.files()
                .create(upload(LINES)
                        .expiresAfter(FileCreateParams.ExpiresAfter.builder()
                                .seconds(7200)
                                .build())
                        .build());
        assertEquals(7200, file.expiresAt().orElseThrow() - file.createdAt());
        BadRequestException refused = assertThrows(
                BadRequestException.class,
                () -> openai.files()
                        .create(upload(LINES)
                                .expiresAfter(FileCreateParams.ExpiresAfter.builder()
                                        .seconds(3599)
                                        .build())
                                .build()));
        assertTrue(String.valueOf(refused.getMessage()).contains("from 3600 to 2592000"), refused.getMessage());
    }

    @Test
    void other_purposes_are_refused_in_so_many_words() {
        BadRequestException refused = assertThrows(
                BadRequestException.class,
                () -> openai.files()
                        .create(upload(LINES).purpose(FilePurpose.ASSISTANTS).build()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("files are kept for \"batch\" only"),
                refused.getMessage());
        assertEquals(List.of(), openai.files().list().data());
        assertEquals("call.refused", edge.lastRecord().kind().code());
    }

    @Test
    void lists_turn_pages() {
        for (int i = 0; i < 5; i++) {
            keep("{\"line\":" + i + "}");
        }
        FileListPage page =
                openai.files().list(FileListParams.builder().limit(2).build());
        assertEquals(2, page.data().size());
        assertEquals(5, page.autoPager().stream().map(FileObject::id).distinct().count());
    }

    @Test
    void bounds_are_named() throws Exception {
        assertRefused(413, "the file is larger than 1048576 bytes", ("x".repeat(60_000) + "\n").repeat(18));
        assertRefused(413, "the body is larger than", "x".repeat(1 << 21));
        assertRefused(400, "line 2 is longer than 65536 bytes", "x\n" + "y".repeat((1 << 16) + 1));
        assertRefused(400, "more than 100 lines", "x\n".repeat(101));
        assertRefused(400, "the file has no lines", "\n \r\n");
        for (int i = 0; i < 10; i++) {
            keep("x");
        }
        assertRefused(429, "no more than 10 files", "x");
        assertEquals(10, openai.files().list().data().size());
    }

    private void assertRefused(int status, String words, String content) throws Exception {
        String form = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n" + content
                + "\r\n--b\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--b--\r\n";
        assertForm(status, words, form);
    }

    private void assertForm(int status, String words, String form) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(edge.uri("/v1/files").toString()))
                        .header("authorization", "Bearer " + EdgeFixture.KEY)
                        .header("content-type", "multipart/form-data; boundary=b")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                BodyHandlers.ofString());
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(words), answer.body());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            --b^content-disposition: form-data; name="purpose"^^batch^--b-- | 400 | the form has no \\"file\\"
            --b^content-disposition: form-data; name="file"^^x^--b--       | 400 | the form has no \\"purpose\\"
            --b^content-disposition: form-data; name="color"^^x^--b--      | 400 | \\"color\\" is no field of this form
            --b^content-disposition: form-data^^x^--b--                    | 400 | part 1 of the form has no name
            --b^^x^--b--                                                   | 400 | part 1 of the form has no name
            --b^content-disposition: form-data; name="purpose"^^batch      | 400 | before the form's last boundary
            nothing                                                        | 400 | before the form's last boundary
            --b--                                                          | 400 | the form has no \\"purpose\\"
            pre^--b^content-disposition: form-data; name=purpose^^batch^--b^content-disposition: form-data; name=file^^x^--b--after | 200 | \"object\":\"file\"
            """)
    void forms_are_read_as_they_are(String form, int status, String words) throws Exception {
        assertForm(status, words, form.replace("^", "\r\n"));
    }

    @Test
    void a_broken_store_is_said() {
        edge.files.breakDown();
        var refused = assertThrows(
                com.openai.errors.InternalServerException.class,
                () -> openai.files().list());
        assertEquals(503, refused.statusCode());
        assertTrue(String.valueOf(refused.getMessage()).contains("files cannot be kept or read now"));
    }
}
