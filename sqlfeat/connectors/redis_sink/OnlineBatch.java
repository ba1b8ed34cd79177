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
    /** Of each key an array of one row. */
    private final Map newest = new LinkedHashMap();
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
    }

    /** Add a row; it is copied, for whoever gives it may use it again. */
    public void add(RowData row) {
        // Equal bytes are equal values of the key.
        BinaryRowData place = keySerializer.toBinaryRow(key.replaceRow(row));
        BinaryRowData[] held = (BinaryRowData[]) newest.get(place);
        if (held == null) {
            held = new BinaryRowData[1];
            newest.put(place.copy(), held);
        } else {
            overtaken++;
            if (columns.isNewer(held[0], row)) {
                return;
            }
            bytes -= held[0].getSizeInBytes();
        }
        held[0] = rowSerializer.toBinaryRow(row).copy();
        bytes += held[0].getSizeInBytes();
    }

    public boolean isFull() {
        return newest.size() >= MOST_ROWS || bytes >= MOST_BYTES;
    }

    /** The rows as they are sent to the store. */
    public List rows() {
        List rows = new ArrayList(newest.size());
        for (Iterator each = newest.values().iterator(); each.hasNext(); ) {
            rows.add(columns.text(((BinaryRowData[]) each.next())[0]));
        }
        return rows;
    }

    /** How many rows are left out since it was cleared, as the batch has a newer one of their key. */
    public int overtaken() {
        return overtaken;
    }

    public void clear() {
        newest.clear();
        bytes = 0L;
        overtaken = 0;
    }
}
