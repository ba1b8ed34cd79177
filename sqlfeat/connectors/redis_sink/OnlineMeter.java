package sqlfeat;

import java.io.Closeable;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.UUID;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Tells what became of the rows of a feature view, and how old they were when they could be read. */
public final class OnlineMeter implements Closeable {
    private static final String[] NAMES = {"rows", "written", "overtaken", "stale", "no_key"};

    private final Counter[] counters = new Counter[NAMES.length];
    private final long[] bounds;
    private final Counter[] buckets;
    private final Writer file;

    /**
     * @param view its name; the counters are below `sqlfeat.model.<view>`
     * @param bounds upper bounds of the histogram of freshness, ascending, in milliseconds
     * @param names the counters of its buckets, one more than bounds
     * @param folder where the same is counted in a file, which outlives Flink; null for nowhere
     */
    public OnlineMeter(MetricGroup group, String view, long[] bounds, String[] names, String folder)
            throws IOException {
        MetricGroup own = group.addGroup("sqlfeat").addGroup("model", view);
        for (int index = 0; index < NAMES.length; index++) {
            counters[index] = own.counter(NAMES[index]);
        }
        this.bounds = bounds;
        this.buckets = new Counter[names.length];
        for (int index = 0; index < names.length; index++) {
            buckets[index] = own.counter(names[index]);
        }
        this.file = folder == null ? null : open(new File(folder, view + ".java." + UUID.randomUUID()));
    }

    /** Add a batch, of which the sent rows can be read now. */
    public void count(Collection sent, int written, int overtaken, int noKey) throws IOException {
        int stale = sent.size() - written;
        int[] counts = {sent.size() + overtaken + noKey, written, overtaken, stale, noKey};
        StringBuilder line = new StringBuilder();
        for (int index = 0; index < counts.length; index++) {
            counters[index].inc(counts[index]);
            line.append(counts[index]).append(index + 1 < counts.length ? ' ' : '\n');
        }
        long now = System.currentTimeMillis();
        for (Iterator each = sent.iterator(); each.hasNext(); ) {
            buckets[bucket(now - ((OnlineRow) each.next()).millis)].inc();
        }
        if (file != null) {
            // After the write and flushed at once: what a killed job has written is what it has counted.
            file.write(line.toString());
            file.flush();
        }
    }

    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    /** The first bucket whose bound is not below the age. */
    private int bucket(long age) {
        int found = Arrays.binarySearch(bounds, age);
        return found < 0 ? -found - 1 : found;
    }

    private static Writer open(File path) throws IOException {
        return new OutputStreamWriter(new FileOutputStream(path, true), StandardCharsets.US_ASCII);
    }
}
