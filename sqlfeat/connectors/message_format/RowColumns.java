package sqlfeat;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * Puts the fields of a message into the columns of a table: values into columns `__value_...`, texts into the others.
 * The text of a field that has such a column is there only if a check might reject the row: a value is missing, or is a
 * time before 1970; or if texts are asked for.
 */
public final class RowColumns implements Serializable {
    private static final String VALUE = "__value_";
    private static final int NONE = -1;

    private final String[] names;
    private final boolean texts;
    private final FieldType[] types;
    private final int[] values;
    private final int[] always;
    private final int[] doubtful;

    public RowColumns(RowType row, String[] fields, boolean texts) {
        this.names = (String[]) row.getFieldNames().toArray(new String[0]);
        this.texts = texts;
        types = new FieldType[names.length];
        values = new int[names.length];
        always = new int[names.length];
        doubtful = new int[names.length];
        List known = Arrays.asList(fields);
        List columns = Arrays.asList(names);
        for (int i = 0; i < names.length; i++) {
            types[i] = new FieldType(row.getTypeAt(i));
            boolean value = names[i].startsWith(VALUE);
            int field = known.indexOf(value ? names[i].substring(VALUE.length()) : names[i]);
            values[i] = value ? field : NONE;
            always[i] = value || columns.contains(VALUE + names[i]) ? NONE : field;
            doubtful[i] = value || always[i] != NONE ? NONE : field;
        }
    }

    public int count() {
        return names.length;
    }

    public void set(GenericRowData row, String name, Object value) {
        int column = Arrays.asList(names).indexOf(name);
        if (column >= 0) {
            row.setField(column, value);
        }
    }

    public GenericRowData row(byte[][] fields) {
        GenericRowData row = new GenericRowData(RowKind.INSERT, names.length);
        boolean doubt = texts;
        for (int i = 0; i < names.length; i++) {
            if (values[i] != NONE) {
                byte[] text = fields[values[i]];
                Object value = text == null ? null : types[i].read(text);
                row.setField(i, value);
                doubt = doubt || value == null || isEarly(value);
            } else if (always[i] != NONE) {
                row.setField(i, text(fields[always[i]]));
            }
        }
        if (doubt) {
            for (int i = 0; i < names.length; i++) {
                if (doubtful[i] != NONE) {
                    row.setField(i, text(fields[doubtful[i]]));
                }
            }
        }
        return row;
    }

    private static boolean isEarly(Object value) {
        return value instanceof TimestampData && ((TimestampData) value).getMillisecond() <= 0;
    }

    private static StringData text(byte[] field) {
        return field == null ? null : StringData.fromBytes(field);
    }
}
