package sqlfeat;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * The format `sqlfeat`: the value of a field in the column `__value_` with its name, and its text in the column of its
 * name. What does not parse is a row of its own: the reason in the column `__broken`, the message in `__message`.
 */
public final class MessageFormatFactory implements DeserializationFormatFactory {
    private static final ConfigOption KIND = ConfigOptions.key("kind").stringType().noDefaultValue();
    private static final ConfigOption FIELDS = ConfigOptions.key("fields").stringType().noDefaultValue();
    private static final ConfigOption DELIMITER = ConfigOptions.key("delimiter").stringType().defaultValue(",");
    private static final ConfigOption NULL = ConfigOptions.key("null-literal").stringType().defaultValue("");
    private static final ConfigOption SCHEMA = ConfigOptions.key("schema").stringType().noDefaultValue();
    private static final ConfigOption TEXTS = ConfigOptions.key("texts").booleanType().defaultValue(Boolean.FALSE);
    private static final ConfigOption SCHEMA_ID = ConfigOptions.key("schema-id").intType().defaultValue(-1);

    public DecodingFormat createDecodingFormat(DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        return new MessageFormat(decoder(options), ((Boolean) options.get(TEXTS)).booleanValue());
    }

    public String factoryIdentifier() {
        return "sqlfeat";
    }

    public Set requiredOptions() {
        return Collections.singleton(KIND);
    }

    public Set optionalOptions() {
        return new HashSet(Arrays.asList(new Object[] {FIELDS, DELIMITER, NULL, SCHEMA, SCHEMA_ID, TEXTS}));
    }

    public static MessageDecoder decoder(ReadableConfig options) {
        if (options.get(KIND).equals("avro")) {
            return new AvroDecoder((String) options.get(SCHEMA), ((Integer) options.get(SCHEMA_ID)).intValue());
        }
        String[] fields = ((String) options.get(FIELDS)).split(",");
        if (options.get(KIND).equals("json")) {
            return new JsonDecoder(fields);
        }
        char delimiter = ((String) options.get(DELIMITER)).charAt(0);
        return new CsvDecoder(fields, delimiter, (String) options.get(NULL));
    }
}
