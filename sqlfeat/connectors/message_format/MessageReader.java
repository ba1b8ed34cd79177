package sqlfeat;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;

/** A row for every message: its fields, or why there are none. */
public final class MessageReader implements DeserializationSchema {
    public static final String BROKEN = "__broken";
    public static final String MESSAGE = "__message";

    private final MessageDecoder decoder;
    private final String[] columns;
    private final int[] fields;
    private final TypeInformation produced;

    public MessageReader(MessageDecoder decoder, String[] columns, TypeInformation produced) {
        this.decoder = decoder;
        this.columns = columns;
        this.produced = produced;
        this.fields = new int[columns.length];
        for (int i = 0; i < columns.length; i++) {
            fields[i] = position(decoder.names(), columns[i]);
        }
    }

    public Object deserialize(byte[] message) {
        GenericRowData row = new GenericRowData(RowKind.INSERT, columns.length);
        try {
            if (message == null) {
                throw new BrokenMessage("a message without a value");
            }
            StringData[] values = decoder.decode(message);
            for (int i = 0; i < fields.length; i++) {
                row.setField(i, fields[i] < 0 ? null : values[fields[i]]);
            }
        } catch (BrokenMessage broken) {
            tell(row, broken.getMessage(), message);
        }
        return row;
    }

    public void deserialize(byte[] message, Collector out) {
        out.collect(deserialize(message));
    }

    public boolean isEndOfStream(Object row) {
        return false;
    }

    public TypeInformation getProducedType() {
        return produced;
    }

    private void tell(GenericRowData row, String reason, byte[] message) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].equals(BROKEN)) {
                row.setField(i, StringData.fromString(reason));
            } else if (columns[i].equals(MESSAGE)) {
                row.setField(i, StringData.fromString(message == null ? "" : decoder.show(message)));
            }
        }
    }

    private static int position(String[] names, String name) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
