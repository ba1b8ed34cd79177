package sqlfeat;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.functions.SqlJsonUtils;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.utils.DateTimeUtils;

/** The texts of values of one type, to the byte those that the SQL of `sqlfeat.lower.flink.online` makes. */
public final class ColumnText implements Serializable {
    private static final String NULL_MARK = "!";
    private static final int INT_WIDTH = 10;
    private static final int BIGINT_WIDTH = 19;

    private final String kind;
    private final int width;
    private final ColumnText element;
    private final ArrayData.ElementGetter elements;

    public ColumnText(LogicalType type) {
        kind = type.getTypeRoot().name();
        width = width(type);
        LogicalType inner = type instanceof ArrayType ? ((ArrayType) type).getElementType() : null;
        element = inner == null ? null : new ColumnText(inner);
        elements = inner == null ? null : ArrayData.createElementGetter(inner);
    }

    /** In a key. */
    public String ofKey(Object value) {
        String text = cast(value);
        return kind.equals("VARCHAR") ? text.replace("%", "%25").replace(",", "%2C") : text;
    }

    /** In a version: sorts as the values do, NULL lowest. */
    public String sortable(Object value) {
        if (value == null) {
            return NULL_MARK;
        }
        switch (kind) {
            case "DATE":
            case "TIMESTAMP_WITHOUT_TIME_ZONE":
                return cast(value);
            case "VARCHAR":
                return "x" + hexadecimal(value.toString().getBytes(StandardCharsets.UTF_8));
            case "BOOLEAN":
                return ((Boolean) value).booleanValue() ? "t" : "f";
            default:
                return number(cast(value));
        }
    }

    /** In the object of features. */
    public String json(Object value) {
        if (value == null) {
            return "null";
        }
        if (element != null || kind.equals("VARCHAR")) {
            return SqlJsonUtils.serializeJson(node(value, true));
        }
        return isStoredAsText() ? "\"" + cast(value) + "\"" : cast(value);
    }

    /** As Flink casts it to STRING, but truths in small letters. */
    private String cast(Object value) {
        switch (kind) {
            case "DATE":
                return DateTimeUtils.formatDate(((Integer) value).intValue());
            case "TIMESTAMP_WITHOUT_TIME_ZONE":
                return DateTimeUtils.formatTimestamp((TimestampData) value, DateTimeUtils.UTC_ZONE, 3);
            default:
                return value.toString();
        }
    }

    /** As Flink's JSON_STRING has it; with texts for what JSON has no type of, if it is asked for. */
    private JsonNode node(Object value, boolean texts) {
        JsonNodeFactory nodes = SqlJsonUtils.getNodeFactory();
        if (value == null) {
            return nodes.nullNode();
        }
        if (texts && isStoredAsText()) {
            return nodes.textNode(cast(value));
        }
        switch (kind) {
            case "ARRAY":
                return array((ArrayData) value, texts);
            case "BOOLEAN":
                return nodes.booleanNode(((Boolean) value).booleanValue());
            case "INTEGER":
                return nodes.numberNode(((Integer) value).intValue());
            case "BIGINT":
                return nodes.numberNode(((Long) value).longValue());
            case "DOUBLE":
                return nodes.numberNode(((Double) value).doubleValue());
            case "DECIMAL":
                return nodes.numberNode(((DecimalData) value).toBigDecimal());
            case "TIMESTAMP_WITHOUT_TIME_ZONE":
                return nodes.textNode(
                    DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(((TimestampData) value).toLocalDateTime()));
            default:
                return nodes.textNode(cast(value));
        }
    }

    private ArrayNode array(ArrayData values, boolean texts) {
        ArrayNode array = SqlJsonUtils.createArrayNode();
        for (int index = 0; index < values.size(); index++) {
            Object value = elements.getElementOrNull(values, index);
            // Arrays in arrays are left to JSON_STRING, which knows no DATE.
            array.add(element.node(value, texts && element.element == null));
        }
        return array;
    }

    private boolean isStoredAsText() {
        return kind.equals("DECIMAL") || kind.equals("DATE") || kind.equals("TIMESTAMP_WITHOUT_TIME_ZONE");
    }

    private String number(String text) {
        boolean negative = text.startsWith("-");
        StringBuilder sortable = new StringBuilder(negative ? "n" : "p");
        int from = negative ? 1 : 0;
        for (int missing = width - text.length() + from; missing > 0; missing--) {
            sortable.append(negative ? '9' : '0');
        }
        for (int index = from; index < text.length(); index++) {
            char c = text.charAt(index);
            sortable.append(negative && c != '.' ? (char) ('0' + '9' - c) : c);
        }
        return sortable.toString();
    }

    private static String hexadecimal(byte[] bytes) {
        StringBuilder text = new StringBuilder(2 * bytes.length);
        for (int index = 0; index < bytes.length; index++) {
            text.append("0123456789ABCDEF".charAt(bytes[index] >> 4 & 15));
            text.append("0123456789ABCDEF".charAt(bytes[index] & 15));
        }
        return text.toString();
    }

    /** Characters of the longest absolute value of a number: all its digits, a leading zero, the point. */
    private static int width(LogicalType type) {
        if (type instanceof DecimalType) {
            return ((DecimalType) type).getPrecision() + 2;
        }
        return type.getTypeRoot().name().equals("INTEGER") ? INT_WIDTH : BIGINT_WIDTH;
    }
}
