package dev.portreeve.gateway.deliver;

import dev.portreeve.audit.deliver.Batch;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** Batches of records as the log has them. */
final class Records {
    private Records() {}

    static Batch batch(int first, int count) {
        List<Batch.Record> records = IntStream.range(first, first + count)
                .mapToObj(index -> new Batch.Record(
                        index,
                        "call.closed",
                        ("{\"at\":\"2026-11-22T10:00:00.000001Z\",\"call\":\"c" + index
                                        + "\",\"id\":\"r" + index
                                        + "\",\"kind\":\"call.closed\",\"outcome\":\"completed\","
                                        + "\"resource\":\"grüße\",\"subject\":{\"member\":\"agent:bot\"},\"tenant\":\"acme\","
                                        + "\"trace_id\":\"5b8efff798038103d269b633813fc60c\",\"v\":1}")
                                .getBytes(StandardCharsets.UTF_8)))
                .toList();
        return new Batch("siem", "acme", first, first + count, records);
    }
}
