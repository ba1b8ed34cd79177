package sqlfeat;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.data.binary.BinaryStringDataUtil;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;

/** A declared type; reads its values out of text by the rules of `sqlfeat.language.text_forms`. */
public final class FieldType implements Serializable {
    private static final double MAX = Double.MAX_VALUE;
    private static final int WIDEST = 38;

    private final String kind;
    private final int precision;
    private final int scale;

    public FieldType(LogicalType type) {
        kind = type.getTypeRoot().name();
        boolean decimal = type instanceof DecimalType;
        precision = decimal ? ((DecimalType) type).getPrecision() : 0;
        scale = decimal ? ((DecimalType) type).getScale() : 0;
    }

    /** The value, null if the text has none of this type. */
    public Object read(byte[] text) {
        switch (kind) {
            case "BIGINT":
                return TextForms.whole(text);
            case "INTEGER":
                Long whole = TextForms.whole(text);
                boolean fits = whole != null && whole.longValue() == whole.intValue();
                return fits ? Integer.valueOf(whole.intValue()) : null;
            case "DOUBLE":
                return real(text);
            case "BOOLEAN":
                return TextForms.truth(text);
            case "DATE":
                return TextForms.date(text);
            case "TIMESTAMP_WITHOUT_TIME_ZONE":
                return TextForms.timestamp(text);
            case "DECIMAL":
                return decimal(text);
            default:
                return StringData.fromBytes(text);
        }
    }

    private static Double real(byte[] text) {
        if (!TextForms.isReal(text)) {
            return null;
        }
        double value = Double.parseDouble(new String(text, StandardCharsets.US_ASCII));
        if (Math.abs(value) > MAX) {
            return null;
        }
        return Double.valueOf(value == 0.0 ? 0.0 : value);
    }

    private DecimalData decimal(byte[] text) {
        if (!TextForms.isDecimal(text, Math.max(1, precision - scale), scale)) {
            return null;
        }
        try {
            // As wide as can be, for it counts the zeros in front as digits of the precision.
            DecimalData wide = BinaryStringDataUtil.toDecimal(BinaryStringData.fromBytes(text), WIDEST, scale);
            return wide == null ? null : DecimalData.fromBigDecimal(wide.toBigDecimal(), precision, scale);
        } catch (NumberFormatException error) {
            return null;
        }
    }
}
