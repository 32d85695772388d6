package dev.portreeve.gateway.objectstore;

import dev.portreeve.gateway.credential.AwsKeySource;
import dev.portreeve.gateway.credential.AwsSignature;
import dev.portreeve.hub.credential.CredentialUnavailable;
import dev.portreeve.hub.outbound.OutboundAnswer;
import dev.portreeve.hub.outbound.OutboundHttp;
import dev.portreeve.hub.outbound.OutboundRefused;
import dev.portreeve.hub.outbound.OutboundRequest;
import dev.portreeve.hub.outbound.Reach;
import dev.portreeve.hub.time.AlarmClock;
import dev.portreeve.policy.call.Deadline;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Signed requests to one store, each bounded in bytes and in time; what fails is told apart. Thread-safe; blocks. */
final class StoreRequests implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** A line that is slower than this is as good as none. */
    private static final long LEAST_BYTES_PER_SECOND = 64 * 1024;

    private static final int MAX_ERROR_BYTES = 64 * 1024;
    private static final int OK = 200;
    private static final int NO_SUCCESS = 300;
    private static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int FIRST_OF_SERVER = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int REQUEST_TIMEOUT = 408;
    private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>");
    /** Of those that say the request is wrong, these may be right a moment later. */
    private static final Set<String> PASSING =
            Set.of("RequestTimeTooSkewed", "RequestTimeout", "ExpiredToken", "SlowDown");

    private final OutboundHttp http;
    private final AlarmClock alarms;
    private final AwsKeySource keys;
    private final String region;
    private final Reach reach;
    private final InstantSource clock;

    /** What is sent. Names of headers are in lower case. */
    record Asked(String method, URI url, Map<String, String> headers, byte[] body) {}

    /** What came back, read whole. */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        boolean isGood() {
            return status >= OK && status < NO_SUCCESS;
        }

        @Nullable
        String header(String name) {
            return headers.get(name);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    StoreRequests(
            OutboundHttp http, AlarmClock alarms, AwsKeySource keys, String region, Reach reach, InstantSource clock) {
        this.http = http;
        this.alarms = alarms;
        this.keys = keys;
        this.region = region;
        this.reach = reach;
        this.clock = clock;
    }

    /**
     * Sends it and reads the whole answer, whatever its status.
     *
     * @param most bytes of an answer that succeeds
     */
    Answer answer(Asked asked, int most) throws ObjectStoreFailure {
        return answer(asked, most, PATIENCE);
    }

    /** @param patience beside what the bytes themselves take */
    @SuppressWarnings("try") // The alarm only waits.
    Answer answer(Asked asked, int most, Duration patience) throws ObjectStoreFailure {
        Duration time = patience.plusSeconds((asked.body().length + (long) most) / LEAST_BYTES_PER_SECOND);
        Deadline deadline = Deadline.in(time);
        try (OutboundAnswer answer = http.send(signed(asked, deadline), reach, deadline);
                AlarmClock.Alarm late = alarms.after(deadline.remaining(), answer::close)) {
            boolean good = answer.status() >= OK && answer.status() < NO_SUCCESS;
            int limit = good ? most : MAX_ERROR_BYTES;
            byte[] body = answer.body().readNBytes(limit + 1);
            if (good && body.length > limit) {
                throw new ObjectStoreFailure("the object store's answer has more than " + limit + " bytes", true, null);
            }
            return new Answer(answer.status(), said(answer), body);
        } catch (CredentialUnavailable none) {
            throw new ObjectStoreFailure("no key to sign with: " + none.getMessage(), false, none);
        } catch (OutboundRefused refused) {
            throw new ObjectStoreFailure("the object store is not asked: " + refused.getMessage(), true, refused);
        } catch (ObjectStoreFailure told) {
            throw told;
        } catch (IOException failed) {
            throw new ObjectStoreFailure("the object store does not answer: " + failed.getMessage(), false, failed);
        }
    }

    private OutboundRequest signed(Asked asked, Deadline deadline) throws CredentialUnavailable {
        Map<String, String> headers = new TreeMap<>(asked.headers());
        headers.put("host", asked.url().getRawAuthority());
        headers.putAll(AwsSignature.ofObjects(keys.current(deadline), region)
                .sign(asked.method(), asked.url(), headers, asked.body(), clock.instant()));
        headers.remove("host");
        boolean bodiless = asked.method().equals("GET") || asked.method().equals("HEAD");
        return bodiless
                ? OutboundRequest.bodiless(asked.method(), asked.url(), headers)
                : new OutboundRequest(asked.method(), asked.url(), headers, asked.body());
    }

    private static Map<String, String> said(OutboundAnswer answer) {
        Map<String, String> headers = new TreeMap<>();
        for (String name :
                Set.of("etag", "x-amz-version-id", "x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date")) {
            answer.header(name).ifPresent(value -> headers.put(name, value));
        }
        return headers;
    }

    /** An answer that is no success, as what is thrown. */
    static ObjectStoreFailure failure(String doing, Answer answer) {
        Matcher code = CODE.matcher(answer.text());
        String said = code.find() ? code.group(1) : "";
        int status = answer.status();
        boolean passing = (status >= FIRST_OF_SERVER && status != NOT_IMPLEMENTED)
                || status == CONFLICT
                || status == TOO_MANY
                || status == REQUEST_TIMEOUT
                || answer.isGood()
                || PASSING.contains(said);
        return new ObjectStoreFailure(
                doing + ": the object store answers " + status + (said.isEmpty() ? "" : " " + said), !passing, null);
    }

    @Override
    public void close() {
        http.close();
        alarms.close();
        keys.close();
    }
}
