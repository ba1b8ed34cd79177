package sqlfeat;

import java.io.IOException;

import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.table.data.RowData;

/**
 * Writes (key, version, features) in batches: when one is full, when its first row waited for a moment, and before every
 * checkpoint, so what a checkpoint has seen is in the store. A batch that fails fails the job.
 */
public final class OnlineWriter implements SinkWriter, ProcessingTimeService.ProcessingTimeCallback {
    private static final long LONGEST_WAIT_MS = 250L;

    private final RedisStore store;
    private final OnlineMeter meter;
    private final ProcessingTimeService clock;
    private final OnlineBatch batch = new OnlineBatch();
    private int noKey;
    private boolean timed;

    public OnlineWriter(RedisStore store, OnlineMeter meter, ProcessingTimeService clock) {
        this.store = store;
        this.meter = meter;
        this.clock = clock;
    }

    public void write(Object element, SinkWriter.Context context) throws IOException, InterruptedException {
        RowData row = (RowData) element;
        if (row.isNullAt(0) || row.isNullAt(1)) {
            noKey++;
        } else {
            batch.add(new OnlineRow(
                row.getString(0).toBytes(), row.getString(1).toBytes(), row.getString(2).toBytes()));
        }
        if (batch.isFull()) {
            flush(false);
        } else if (!timed) {
            timed = true;
            clock.registerTimer(clock.getCurrentProcessingTime() + LONGEST_WAIT_MS, this);
        }
    }

    public void onProcessingTime(long time) throws IOException, InterruptedException {
        timed = false;
        flush(false);
    }

    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        if (batch.isEmpty() && noKey == 0) {
            return;
        }
        int written = batch.isEmpty() ? 0 : store.put(batch.rows());
        meter.count(batch.rows(), written, batch.overtaken(), noKey);
        batch.clear();
        noKey = 0;
    }

    public void close() throws IOException {
        store.close();
        meter.close();
    }
}
