package sqlfeat;

import java.io.IOException;
import java.util.Optional;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.connector.sink.SinkV2Provider;

/** Makes the writers of one feature view, wherever they run. */
public final class OnlineSink implements Sink, SinkV2Provider {
    private final OnlineColumns columns;
    private final RedisServer server;
    private final String script;
    private final String head;
    private final String tail;
    private final long ttlMs;
    private final String view;
    private final long[] bounds;
    private final String[] buckets;
    private final String countsFolder;

    /** See `RedisStore` and `OnlineMeter`. */
    public OnlineSink(
            OnlineColumns columns, RedisServer server, String script, String head, String tail, long ttlMs, String view,
            long[] bounds, String[] buckets, String countsFolder) {
        this.columns = columns;
        this.server = server;
        this.script = script;
        this.head = head;
        this.tail = tail;
        this.ttlMs = ttlMs;
        this.view = view;
        this.bounds = bounds;
        this.buckets = buckets;
        this.countsFolder = countsFolder;
    }

    public SinkWriter createWriter(WriterInitContext context) throws IOException {
        OnlineMeter meter = new OnlineMeter(context.metricGroup(), view, bounds, buckets, countsFolder);
        RedisStore store = new RedisStore(server, script, head, tail, ttlMs);
        return new OnlineWriter(columns, store, meter, context.getProcessingTimeService());
    }

    public Sink createSink() {
        return this;
    }

    public Optional getParallelism() {
        return Optional.empty();
    }
}
