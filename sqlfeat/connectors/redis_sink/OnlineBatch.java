package sqlfeat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.binary.BinaryRowData;
import org.apache.flink.table.data.utils.ProjectedRowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;

/** Rows that wait to be written: of each key the newest, of equal versions the last. Texts are made of those only. */
public final class OnlineBatch {
    private static final int MOST_ROWS = 10000;
    private static final long MOST_BYTES = 16L << 20;

    private final OnlineColumns columns;
    private final RowDataSerializer rowSerializer;
    private final RowDataSerializer keySerializer;
    private final ProjectedRowData key;
    private final boolean keyIsValue;
    private final Map newest = new LinkedHashMap();
    private long youngest = Long.MIN_VALUE;
    private long bytes;
    private int overtaken;

    public OnlineBatch(OnlineColumns columns) {
        this.columns = columns;
        int[] positions = new int[columns.keys()];
        for (int column = 0; column < positions.length; column++) {
            positions[column] = column;
        }
        LogicalType[] types = columns.types();
        rowSerializer = new RowDataSerializer(types);
        keySerializer = new RowDataSerializer((LogicalType[]) Arrays.copyOf(types, positions.length));
        key = ProjectedRowData.from(positions);
        // A value of fixed width never changes; a string may lie in bytes that are used again.
        keyIsValue = positions.length == 1 && BinaryRowData.isInFixedLengthPart(types[0]);
    }

    /** Add a row; it is copied, for whoever gives it may use it again. */
    public void add(RowData row) {
        // Equal bytes are equal values of the key.
        Object place = keyIsValue ? columns.value(row, 0) : keySerializer.toBinaryRow(key.replaceRow(row));
        long millis = columns.millis(row);
        HeldRow held = (HeldRow) newest.get(place);
        if (held == null) {
            held = new HeldRow();
            newest.put(keyIsValue ? place : ((BinaryRowData) place).copy(), held);
        } else {
            overtaken++;
            if (columns.isNewer(held.row, held.millis, row, millis)) {
                return;
            }
            bytes -= held.row.getSizeInBytes();
        }
        held.row = rowSerializer.toBinaryRow(row).copy();
        held.millis = millis;
        bytes += held.row.getSizeInBytes();
        youngest = Math.max(youngest, millis);
    }

    public boolean isFull() {
        return newest.size() >= MOST_ROWS || bytes >= MOST_BYTES;
    }

    /** The latest feature time. */
    public long youngest() {
        return youngest;
    }

    /** The rows as they are sent to the store. */
    public List rows() {
        List rows = new ArrayList(newest.size());
        for (Iterator each = newest.values().iterator(); each.hasNext(); ) {
            rows.add(columns.text(((HeldRow) each.next()).row));
        }
        return rows;
    }

    /** How many rows are left out since it was cleared, as the batch has a newer one of their key. */
    public int overtaken() {
        return overtaken;
    }

    public void clear() {
        newest.clear();
        youngest = Long.MIN_VALUE;
        bytes = 0L;
        overtaken = 0;
    }

    private static final class HeldRow {
        BinaryRowData row;
        long millis;
    }
}
