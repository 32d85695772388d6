import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Medians over the rounds, as tables and as JSON. "Added" is a percentile minus the same percentile of the direct calls to
 * the same upstream with as many connections.
 *
 * <pre>java Report.java POINTS.csv MEDIANS.json</pre>
 */
public final class Report {
    private final Map<List<String>, List<Map<String, String>>> points = new LinkedHashMap<>();

    private Report() {}

    public static void main(String[] args) throws IOException {
        Report report = new Report();
        List<String> lines = Files.readAllLines(Path.of(args[0]));
        String[] names = lines.getFirst().split(",");
        for (String line : lines.subList(1, lines.size())) {
            String[] values = line.split(",", -1);
            Map<String, String> point = new LinkedHashMap<>();
            for (int i = 0; i < names.length; i++) {
                point.put(names[i], values[i]);
            }
            report.points
                    .computeIfAbsent(
                            List.of(point.get("kind"), point.get("delay_ms"), point.get("connections"), point.get("system")),
                            key -> new ArrayList<>())
                    .add(point);
        }
        report.printCalls();
        report.printStreams();
        Files.writeString(Path.of(args[1]), report.json());
    }

    private void printCalls() {
        String last = "";
        for (List<String> key : points.keySet()) {
            String section = switch (key.get(0)) {
                case "call" -> "calls, upstream answers after " + key.get(1) + " ms, " + key.get(2) + " connection(s)";
                case "tool-call" -> "tools/call, " + key.get(2) + " caller(s)";
                case "tools-list" -> "tools/list of 200 tools, " + key.get(2) + " caller(s)";
                case "stream" -> "";
                default -> key.get(0) + ", " + key.get(2) + " caller(s)";
            };
            if (section.isEmpty()) {
                continue;
            }
            if (!section.equals(last)) {
                System.out.printf("%n%s%n", section);
                System.out.printf(
                        "  %-8s %9s %9s %9s %10s %10s %10s %9s %12s %7s%n",
                        "system", "calls/s", "p50 us", "p99 us", "added p50", "added p90", "added p99", "cpu us", "database cpu", "RSS MB");
                last = section;
            }
            List<String> direct = List.of(key.get(0), key.get(1), key.get(2), "direct");
            boolean isDirect = key.get(3).equals("direct");
            System.out.printf(
                    Locale.ROOT,
                    "  %-8s %9.0f %9.0f %9.0f %10s %10s %10s %9s %12s %7s%n",
                    key.get(3),
                    median(key, "per_second"),
                    median(key, "p50_us"),
                    median(key, "p99_us"),
                    added(key, direct, "p50_us"),
                    added(key, direct, "p90_us"),
                    added(key, direct, "p99_us"),
                    isDirect ? "" : number(median(key, "cpu_us")),
                    median(key, "database_cpu_us") > 0 ? number(median(key, "database_cpu_us")) : "",
                    isDirect ? "" : number(median(key, "rss_kb") / 1024));
        }
    }

    private void printStreams() {
        String last = "";
        for (List<String> key : points.keySet()) {
            if (!key.get(0).equals("stream")) {
                continue;
            }
            String section = "streams of 30 events, 5 ms apart, " + key.get(2) + " at once";
            if (!section.equals(last)) {
                System.out.printf("%n%s%n", section);
                System.out.printf(
                        "  %-8s %9s %15s %15s %10s %10s %12s %10s%n",
                        "system", "streams/s", "first byte p50", "first byte p99", "added p50", "added p99", "end p50 us", "added p50");
                last = section;
            }
            List<String> direct = List.of(key.get(0), key.get(1), key.get(2), "direct");
            System.out.printf(
                    Locale.ROOT,
                    "  %-8s %9.0f %15.0f %15.0f %10s %10s %12.0f %10s%n",
                    key.get(3),
                    median(key, "per_second"),
                    median(key, "p50_us"),
                    median(key, "p99_us"),
                    added(key, direct, "p50_us"),
                    added(key, direct, "p99_us"),
                    median(key, "end_p50_us"),
                    added(key, direct, "end_p50_us"));
        }
    }

    private String json() {
        StringBuilder json = new StringBuilder("[");
        for (List<String> key : points.keySet()) {
            json.append(json.length() > 1 ? ",\n " : "\n ");
            json.append(String.format(
                    Locale.ROOT,
                    "{\"kind\":\"%s\",\"delayMs\":%s,\"connections\":%s,\"system\":\"%s\"",
                    key.get(0), key.get(1), key.get(2), key.get(3)));
            for (String column : List.of(
                    "per_second", "p50_us", "p90_us", "p99_us", "end_p50_us", "cpu_us", "database_cpu_us", "rss_kb")) {
                double median = median(key, column);
                if (median >= 0) {
                    json.append(String.format(Locale.ROOT, ",\"%s\":%.1f", column, median));
                }
            }
            json.append('}');
        }
        return json.append("\n]\n").toString();
    }

    private String added(List<String> key, List<String> direct, String column) {
        if (key.get(3).equals("direct") || !points.containsKey(direct)) {
            return "";
        }
        return String.format(Locale.ROOT, "%+.0f", median(key, column) - median(direct, column));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    /** The median over the rounds, or -1 where the column does not apply. */
    private double median(List<String> key, String column) {
        double[] values = points.get(key).stream()
                .map(point -> point.get(column))
                .filter(value -> !value.isEmpty())
                .mapToDouble(Double::parseDouble)
                .sorted()
                .toArray();
        if (values.length == 0) {
            return -1;
        }
        int middle = values.length / 2;
        return values.length % 2 == 1
                ? values[middle]
                : Arrays.stream(values, middle - 1, middle + 1).average().orElseThrow();
    }
}
