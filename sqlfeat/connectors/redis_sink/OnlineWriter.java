package sqlfeat;

import java.io.IOException;
import java.util.List;

import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.table.data.RowData;

/**
 * Writes rows in batches: when one is full, when its first row waited for a moment, and before every checkpoint, so what a
 * checkpoint has seen is in the store. A batch of old rows only waits longer, up to a second, but never for more than a
 * tenth of their age: a job that is behind writes each key less often. A batch that fails fails the job.
 */
public final class OnlineWriter implements SinkWriter, ProcessingTimeService.ProcessingTimeCallback {
    private static final long MOMENT_MS = 250L;
    private static final long LONGEST_WAIT_MS = 1000L;
    private static final long AGE_TO_WAIT = 10L;

    private final OnlineColumns columns;
    private final RedisStore store;
    private final OnlineMeter meter;
    private final ProcessingTimeService clock;
    private final OnlineBatch batch;
    private int noKey;
    private boolean timed;
    private long since;

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
            since = clock.getCurrentProcessingTime();
            clock.registerTimer(since + MOMENT_MS, this);
        }
    }

    public void onProcessingTime(long time) throws IOException, InterruptedException {
        long now = clock.getCurrentProcessingTime();
        timed = mayWait(since, now, batch.youngest());
        if (timed) {
            clock.registerTimer(now + MOMENT_MS, this);
        } else {
            flush(false);
        }
    }

    /** Whether a batch may wait for another moment: since when it waits, now, and the latest feature time in it. */
    public static boolean mayWait(long since, long now, long youngest) {
        long wait = now + MOMENT_MS - since;
        return wait <= LONGEST_WAIT_MS && youngest <= now - wait * AGE_TO_WAIT;
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
