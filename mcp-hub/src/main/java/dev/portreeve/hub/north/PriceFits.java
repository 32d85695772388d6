package dev.portreeve.hub.north;

import dev.portreeve.hub.catalog.CatalogTool;
import dev.portreeve.hub.definition.ToolSchema;
import dev.portreeve.hub.price.ToolPrices;
import dev.portreeve.hub.south.Answered;
import dev.portreeve.hub.wire.RawJson;
import dev.portreeve.policy.call.CallEnded;
import dev.portreeve.policy.call.CallOutcome;
import dev.portreeve.policy.call.OutputSink;
import dev.portreeve.policy.call.Quote;
import dev.portreeve.policy.call.Resource;
import dev.portreeve.policy.call.UpstreamFault;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tools cost by the definitions that servers give of them; found once for each definition. The configuration says prices, and does not
 * change while the gateway runs. Thread-safe.
 */
final class PriceFits {
    private static final Logger LOG = LoggerFactory.getLogger(PriceFits.class);
    /** More definitions than a gateway has at once: those that changed meanwhile are forgotten then. */
    private static final int MOST = 20_000;

    private final Map<Resource.Tool, ToolPrices.Fitted> known = new ConcurrentHashMap<>();

    /** The price of a tool, or why its calls cannot be priced. */
    ToolPrices.Fitted of(CatalogTool tool) {
        if (known.size() > MOST) {
            known.clear();
        }
        return known.computeIfAbsent(tool.resource(), resource -> found(tool));
    }

    private static ToolPrices.Fitted found(CatalogTool tool) {
        ToolPrices.Fitted fitted = tool.owner()
                .prices()
                .of(tool.resource().tool(), new ToolSchema(tool.listing().member("inputSchema")));
        if (fitted.misfit() != null) {
            LOG.warn(
                    "{} (server {}): calls of it are refused until one of them is changed",
                    fitted.misfit(),
                    tool.resource().server());
        }
        return fitted;
    }

    /**
     * Counts a result that has a price by its bytes, before anything else is done with it.
     *
     * @throws CallEnded if it is larger than was held for
     */
    static void weigh(Quote quote, Answered answered, OutputSink<ToolResult> out) throws CallEnded {
        if (answered instanceof Answered.Result(RawJson result)) {
            weigh(quote, result.length(), out);
        }
    }

    /** The same, of a result of so many bytes. */
    static void weigh(Quote quote, long bytes, OutputSink<ToolResult> out) throws CallEnded {
        if (!quote.countsResult() || bytes == 0) {
            return;
        }
        if (bytes > quote.mostResultBytes()) {
            throw new CallEnded(new CallOutcome.Failed(new UpstreamFault(
                    UpstreamFault.Kind.TOO_LARGE,
                    0,
                    "the result has " + bytes + " bytes, and this tool has a price for " + quote.mostResultBytes()
                            + " at most: ask for less",
                    true)));
        }
        out.emit(ToolResult.ofSize(bytes));
    }
}
