package sqlfeat;

import java.util.ArrayList;
import java.util.List;

import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.Collector;

/** A row for every message: its fields, or why there are none; and another if something else must be said about it. */
public final class MessageReader implements DeserializationSchema {
    public static final String BROKEN = "__broken";
    public static final String MESSAGE = "__message";

    private final MessageDecoder decoder;
    private final RowColumns columns;
    private final ArrayFields arrays;
    private final TypeInformation produced;

    public MessageReader(MessageDecoder decoder, RowType row, boolean texts, TypeInformation produced) {
        this.decoder = decoder;
        this.columns = new RowColumns(row, decoder.names(), texts);
        this.arrays = new ArrayFields(row);
        this.produced = produced;
    }

    public void open(DeserializationSchema.InitializationContext context) throws Exception {
        arrays.open(context);
    }

    /** For connectors that take one row a message: of two only the one for the log. */
    public Object deserialize(byte[] message) {
        List rows = new ArrayList();
        deserialize(message, new ListCollector(rows));
        return rows.get(rows.size() - 1);
    }

    public void deserialize(byte[] message, Collector out) {
        if (message == null) {
            out.collect(told("a message without a value", ""));
            return;
        }
        String remark;
        try {
            GenericRowData row = columns.row(decoder.decode(message));
            arrays.fill(row, message);
            out.collect(row);
            remark = decoder.remark();
        } catch (BrokenMessage broken) {
            remark = broken.getMessage();
        }
        if (remark != null) {
            out.collect(told(remark, decoder.show(message)));
        }
    }

    public boolean isEndOfStream(Object row) {
        return false;
    }

    public TypeInformation getProducedType() {
        return produced;
    }

    private GenericRowData told(String reason, String message) {
        GenericRowData row = new GenericRowData(RowKind.INSERT, columns.count());
        columns.set(row, BROKEN, StringData.fromString(reason));
        columns.set(row, MESSAGE, StringData.fromString(message));
        return row;
    }
}
