package dev.portreeve.gateway.scenario;

/** A report in the XML that builds read test results in. */
public final class JunitXml {
    private JunitXml() {}

    /** The whole document. */
    public static String of(ScenarioReport report) {
        StringBuilder xml = new StringBuilder(
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"policy\" tests=\"")
                .append(report.results().size())
                .append("\" failures=\"")
                .append(report.failed())
                .append("\">\n");
        for (ScenarioReport.Result result : report.results()) {
            xml.append("  <testcase classname=\"")
                    .append(escaped(result.file()))
                    .append("\" name=\"")
                    .append(escaped(result.name()))
                    .append('"');
            if (result.passed()) {
                xml.append("/>\n");
            } else {
                xml.append("><failure message=\"")
                        .append(escaped(String.join("; ", result.failures())))
                        .append("\"/></testcase>\n");
            }
        }
        return xml.append("</testsuite>\n").toString();
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> {
                    boolean allowed = c >= 0x20 && c != 0xFFFE && c != 0xFFFF && !(c >= 0xD800 && c <= 0xDFFF);
                    escaped.appendCodePoint(allowed ? c : '\uFFFD');
                }
            }
        });
        return escaped.toString();
    }
}
