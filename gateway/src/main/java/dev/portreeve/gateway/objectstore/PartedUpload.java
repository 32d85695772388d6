package dev.portreeve.gateway.objectstore;

import dev.portreeve.gateway.credential.AwsSignature;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One object that is put in parts. Parts of one that fails are taken back, if the store can still be reached. Used once. */
final class PartedUpload {
    /** Bytes of each part but the last: with the most parts that a store takes, 160 GB. */
    static final int PART_BYTES = 16 << 20;

    private static final Logger LOGGER = LoggerFactory.getLogger(PartedUpload.class);
    private static final int MOST_PARTS = 10_000;
    private static final int SHORT = 64 * 1024;
    private static final Pattern ID = Pattern.compile("<UploadId>([^<]{1,2048})</UploadId>");
    private static final Pattern ERROR = Pattern.compile("<Error[\\s>]");
    /** Amazon: "could take several minutes". */
    private static final Duration JOINING = Duration.ofMinutes(5);

    private static final byte[] EMPTY = {};

    private final StoreRequests requests;
    private final URI address;
    private final PutTerms terms;

    PartedUpload(StoreRequests requests, URI address, PutTerms terms) {
        this.requests = requests;
        this.address = address;
        this.terms = terms;
    }

    /** @param first a whole part; the rest is still in the content */
    ObjectStore.Put of(byte[] first, InputStream content, String contentType) throws IOException {
        String id = begun(contentType);
        boolean whole = false;
        try {
            List<String> tags = new ArrayList<>();
            for (byte[] part = first; part.length > 0; part = content.readNBytes(PART_BYTES)) {
                if (tags.size() == MOST_PARTS) {
                    throw new ObjectStoreFailure("an object has more than " + MOST_PARTS + " parts", true, null);
                }
                tags.add(part(id, tags.size() + 1, part));
            }
            ObjectStore.Put put = joined(id, tags);
            whole = put instanceof ObjectStore.Put.Stored;
            return put;
        } finally {
            if (!whole) {
                takenBack(id);
            }
        }
    }

    private String begun(String contentType) throws ObjectStoreFailure {
        Map<String, String> headers = new TreeMap<>(terms.lockHeaders());
        headers.put("content-type", contentType);
        StoreRequests.Answer answer =
                requests.answer(new StoreRequests.Asked("POST", with("uploads="), headers, EMPTY), SHORT);
        Matcher id = ID.matcher(answer.text());
        if (!answer.isGood() || !id.find()) {
            throw StoreRequests.failure("an object of several parts is not begun", answer);
        }
        return AwsSignature.encoded(id.group(1).replace("&amp;", "&"), "");
    }

    private String part(String id, int number, byte[] part) throws ObjectStoreFailure {
        StoreRequests.Answer answer = requests.answer(
                new StoreRequests.Asked(
                        "PUT", with("partNumber=" + number + "&uploadId=" + id), ObjectStore.hashed(part), part),
                SHORT);
        String tag = answer.header("etag");
        if (!answer.isGood() || tag == null) {
            throw StoreRequests.failure("part " + number + " of an object is not stored", answer);
        }
        return tag;
    }

    private ObjectStore.Put joined(String id, List<String> tags) throws ObjectStoreFailure {
        StringBuilder parts = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < tags.size(); i++) {
            parts.append("<Part><PartNumber>")
                    .append(i + 1)
                    .append("</PartNumber><ETag>")
                    .append(tags.get(i).replace("&", "&amp;").replace("<", "&lt;"))
                    .append("</ETag></Part>");
        }
        byte[] body = parts.append("</CompleteMultipartUpload>").toString().getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = new TreeMap<>(terms.condition());
        headers.put("content-type", "application/xml");
        String doing = "the parts of an object do not become one";
        StoreRequests.Answer answer =
                requests.answer(new StoreRequests.Asked("POST", with("uploadId=" + id), headers, body), SHORT, JOINING);
        // The head of this answer may have been sent before the store knew how it would end.
        if (answer.isGood() && ERROR.matcher(answer.text()).find()) {
            throw StoreRequests.failure(doing, answer);
        }
        return ObjectStore.put(answer, doing, terms);
    }

    /** Whether an answer says that parts became one: its tag stands in the body. */
    static boolean isJoined(StoreRequests.Answer answer) {
        return answer.text().contains("<CompleteMultipartUploadResult");
    }

    private void takenBack(String id) {
        try {
            StoreRequests.Answer answer =
                    requests.answer(new StoreRequests.Asked("DELETE", with("uploadId=" + id), Map.of(), EMPTY), SHORT);
            if (!answer.isGood()) {
                LOGGER.warn("parts of an object that was not stored remain: {}", answer.status());
            }
        } catch (ObjectStoreFailure away) {
            LOGGER.warn("parts of an object that was not stored remain: {}", away.getMessage());
        }
    }

    private URI with(String query) {
        return URI.create(address + "?" + query);
    }
}
