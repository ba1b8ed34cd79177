package sqlfeat;

import java.io.IOException;
import java.util.List;

import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.table.data.RowData;

/**
 * Writes rows in batches: when one is full, when its first row waited for a moment, and before every checkpoint, so what a
 * checkpoint has seen is in the store. A batch that fails fails the job.
 */
public final class OnlineWriter implements SinkWriter, ProcessingTimeService.ProcessingTimeCallback {
    private static final long LONGEST_WAIT_MS = 250L;

    private final OnlineColumns columns;
    private final RedisStore store;
    private final OnlineMeter meter;
    private final ProcessingTimeService clock;
    private final OnlineBatch batch;
    private int noKey;
    private boolean timed;

    public OnlineWriter(OnlineColumns columns, RedisStore store, OnlineMeter meter, ProcessingTimeService clock) {
        this.columns = columns;
        this.batch = new OnlineBatch(columns);
        this.store = store;
        this.meter = meter;
        this.clock = clock;
    }

    public void write(Object element, SinkWriter.Context context) throws IOException, InterruptedException {
        RowData row = (RowData) element;
        if (columns.isWhole(row)) {
            batch.add(row);
        } else {
            noKey++;
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
        List rows = batch.rows();
        if (rows.isEmpty() && noKey == 0) {
            return;
        }
        int written = rows.isEmpty() ? 0 : store.put(rows);
        meter.count(rows, written, batch.overtaken(), noKey);
        batch.clear();
        noKey = 0;
    }

    public void close() throws IOException {
        store.close();
        meter.close();
    }
}
