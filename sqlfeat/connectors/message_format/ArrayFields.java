package sqlfeat;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonRowDataDeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.RowType;

/** Columns of arrays, which Flink's JSON format reads. */
public final class ArrayFields implements Serializable {
    private final int[] columns;
    private final JsonRowDataDeserializationSchema reader;

    public ArrayFields(RowType row) {
        List fields = new ArrayList();
        int[] found = new int[row.getFieldCount()];
        for (int i = 0; i < found.length; i++) {
            if (row.getTypeAt(i) instanceof ArrayType) {
                found[fields.size()] = i;
                fields.add(row.getFields().get(i));
            }
        }
        RowType arrays = new RowType(fields);
        columns = Arrays.copyOf(found, fields.size());
        reader = new JsonRowDataDeserializationSchema(
                arrays, InternalTypeInfo.of(arrays), false, true, TimestampFormat.SQL);
    }

    public void open(DeserializationSchema.InitializationContext context) throws Exception {
        reader.open(context);
    }

    public void fill(GenericRowData row, byte[] message) {
        if (columns.length == 0) {
            return;
        }
        GenericRowData arrays = read(message);
        for (int i = 0; arrays != null && i < columns.length; i++) {
            row.setField(columns[i], arrays.getField(i));
        }
    }

    private GenericRowData read(byte[] message) {
        try {
            return (GenericRowData) reader.deserialize(message);
        } catch (IOException error) {
            return null;
        }
    }
}
