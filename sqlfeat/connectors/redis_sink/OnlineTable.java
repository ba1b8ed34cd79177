package sqlfeat;

import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;

/** The columns of a feature view as a table that is written to Redis. */
public final class OnlineTable implements DynamicTableSink {
    private final OnlineSink sink;

    public OnlineTable(OnlineSink sink) {
        this.sink = sink;
    }

    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.insertOnly();
    }

    public DynamicTableSink.SinkRuntimeProvider getSinkRuntimeProvider(DynamicTableSink.Context context) {
        return sink;
    }

    public DynamicTableSink copy() {
        return new OnlineTable(sink);
    }

    public String asSummaryString() {
        return "Redis";
    }
}
