package sqlfeat;

import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Makes the readers of one table. */
public final class MessageFormat implements DecodingFormat {
    private final MessageDecoder decoder;

    public MessageFormat(MessageDecoder decoder) {
        this.decoder = decoder;
    }

    public Object createRuntimeDecoder(DynamicTableSource.Context context, DataType columns) {
        RowType row = (RowType) columns.getLogicalType();
        String[] names = (String[]) row.getFieldNames().toArray(new String[0]);
        return new MessageReader(decoder, names, context.createTypeInformation(columns));
    }

    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }
}
