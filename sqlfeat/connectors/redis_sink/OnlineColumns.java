package sqlfeat;

import java.io.Serializable;

import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The columns of a feature view: those of the key by name, the feature time, the ORDER columns, the features by name. */
public final class OnlineColumns implements Serializable {
    private static final int PRECISION = 3;
    // In other years texts do not sort as times do.
    private static final long YEAR_0_MS = -62167219200000L;
    private static final long YEAR_10000_MS = 253402300800000L;
    private static final long DAY_MS = 86400000L;

    private final int time;
    private final int features;
    private final LogicalType[] types;
    private final String[] kinds;
    private final ColumnText[] texts;
    private final RowData.FieldGetter[] getters;
    private final String[] labels;

    /**
     * @param keys how many columns the key has
     * @param order how many columns are ORDER ones
     * @param names of the features, as JSON
     */
    public OnlineColumns(RowType row, int keys, int order, String[] names) {
        time = keys;
        features = keys + 1 + order;
        types = (LogicalType[]) row.getChildren().toArray(new LogicalType[0]);
        kinds = new String[types.length];
        texts = new ColumnText[types.length];
        getters = new RowData.FieldGetter[types.length];
        labels = new String[types.length];
        for (int column = 0; column < types.length; column++) {
            kinds[column] = types[column].getTypeRoot().name();
            texts[column] = new ColumnText(types[column]);
            getters[column] = RowData.createFieldGetter(types[column], column);
            labels[column] = column < keys
                ? (column == 0 ? "" : ",") + row.getFieldNames().get(column) + "="
                : column < features ? "" : (column == features ? "{" : ",") + names[column - features] + ":";
        }
    }

    public LogicalType[] types() {
        return types;
    }

    /** How many columns the key has; they are the first ones. */
    public int keys() {
        return time;
    }

    /** Whether it can be written: neither a column of the key nor the feature time is NULL. */
    public boolean isWhole(RowData row) {
        for (int column = 0; column <= time; column++) {
            if (row.isNullAt(column)) {
                return false;
            }
        }
        return true;
    }

    /** The value of a column, null for NULL. */
    public Object value(RowData row, int column) {
        return getters[column].getFieldOrNull(row);
    }

    /** The feature time in milliseconds since 1970. */
    public long millis(RowData row) {
        return row.getTimestamp(time, PRECISION).getMillisecond();
    }

    /** Whether the version of a row is above that of another; with their feature times. */
    public boolean isNewer(RowData row, long millis, RowData other, long others) {
        int compared = times(row, millis, other, others, time);
        for (int column = time + 1; compared == 0 && column < features; column++) {
            compared = compared(row, other, column);
        }
        return compared > 0;
    }

    /** A row as it is sent to the store. */
    public OnlineRow text(RowData row) {
        StringBuilder key = new StringBuilder();
        for (int column = 0; column < time; column++) {
            key.append(labels[column]).append(texts[column].ofKey(value(row, column)));
        }
        StringBuilder version = new StringBuilder();
        for (int column = time; column < features; column++) {
            version.append(column == time ? "" : " ").append(texts[column].sortable(value(row, column)));
        }
        StringBuilder json = new StringBuilder();
        for (int column = features; column < types.length; column++) {
            json.append(labels[column]).append(texts[column].json(value(row, column)));
        }
        json.append(features == types.length ? "{}" : "}");
        return new OnlineRow(utf8(key), utf8(version), utf8(json), millis(row));
    }

    private int compared(RowData row, RowData other, int column) {
        if (row.isNullAt(column) || other.isNullAt(column)) {
            return (row.isNullAt(column) ? 0 : 1) - (other.isNullAt(column) ? 0 : 1);
        }
        switch (kinds[column]) {
            case "TIMESTAMP_WITHOUT_TIME_ZONE":
                return times(
                    row, row.getTimestamp(column, PRECISION).getMillisecond(),
                    other, other.getTimestamp(column, PRECISION).getMillisecond(), column);
            case "DATE":
                return times(row, row.getInt(column) * DAY_MS, other, other.getInt(column) * DAY_MS, column);
            case "BIGINT":
                return Long.compare(row.getLong(column), other.getLong(column));
            case "INTEGER":
                return Integer.compare(row.getInt(column), other.getInt(column));
            case "BOOLEAN":
                return Boolean.compare(row.getBoolean(column), other.getBoolean(column));
            case "DECIMAL":
                DecimalType decimal = (DecimalType) types[column];
                int precision = decimal.getPrecision();
                int scale = decimal.getScale();
                return row.getDecimal(column, precision, scale)
                    .compareTo(other.getDecimal(column, precision, scale));
            default:
                return row.getString(column).compareTo(other.getString(column));
        }
    }

    private int times(RowData row, long millis, RowData other, long others, int column) {
        if (hasFourDigits(millis) && hasFourDigits(others)) {
            return Long.compare(millis, others);
        }
        return texts[column].sortable(value(row, column)).compareTo(texts[column].sortable(value(other, column)));
    }

    private static boolean hasFourDigits(long millis) {
        return YEAR_0_MS <= millis && millis < YEAR_10000_MS;
    }

    private static byte[] utf8(StringBuilder text) {
        return StringData.fromString(text.toString()).toBytes();
    }
}
