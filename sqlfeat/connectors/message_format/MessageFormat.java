package sqlfeat;

import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Makes the readers of one table. */
public final class MessageFormat implements DecodingFormat {
    private final MessageDecoder decoder;
    private final boolean texts;

    /** Texts of values: of all rows, or only of those that a check might reject. */
    public MessageFormat(MessageDecoder decoder, boolean texts) {
        this.decoder = decoder;
        this.texts = texts;
    }

    public Object createRuntimeDecoder(DynamicTableSource.Context context, DataType columns) {
        RowType row = (RowType) columns.getLogicalType();
        return new MessageReader(decoder, row, texts, context.createTypeInformation(columns));
    }

    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }
}
