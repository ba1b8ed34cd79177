package sqlfeat;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;

/** The connector `sqlfeat-redis`; Python, which alone uses it, says what the options mean. */
public final class OnlineTableFactory implements DynamicTableSinkFactory {
    private static final ConfigOption URL_SHOWN = text("url-shown");
    private static final ConfigOption HOST = text("host");
    private static final ConfigOption PORT = ConfigOptions.key("port").intType().noDefaultValue();
    private static final ConfigOption DATABASE = ConfigOptions.key("database").intType().defaultValue(0);
    private static final ConfigOption USER = text("user");
    private static final ConfigOption PASSWORD = text("password");
    private static final ConfigOption TLS = ConfigOptions.key("tls").booleanType().defaultValue(Boolean.FALSE);
    private static final ConfigOption AUTHORITIES = text("tls.authorities");
    private static final ConfigOption CHECK_HOST =
        ConfigOptions.key("tls.check-host").booleanType().defaultValue(Boolean.TRUE);
    private static final ConfigOption KEYS = ConfigOptions.key("key-columns").intType().noDefaultValue();
    private static final ConfigOption ORDER = ConfigOptions.key("order-columns").intType().noDefaultValue();
    private static final ConfigOption NAMES = text("feature-names");
    private static final ConfigOption SCRIPT = text("script");
    private static final ConfigOption HEAD = text("name.head");
    private static final ConfigOption TAIL = text("name.tail");
    private static final ConfigOption TTL = ConfigOptions.key("ttl-ms").longType().defaultValue(0L);
    private static final ConfigOption VIEW = text("view");
    private static final ConfigOption BOUNDS = text("freshness.bounds-ms");
    private static final ConfigOption BUCKETS = text("freshness.buckets");
    private static final ConfigOption COUNTS = text("counts-folder");

    public DynamicTableSink createDynamicTableSink(DynamicTableFactory.Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        ReadableConfig options = helper.getOptions();
        RowType row = (RowType) context.getPhysicalRowDataType().getLogicalType();
        String[] bounds = get(options, BOUNDS).split(",");
        long[] numbers = new long[bounds.length];
        for (int index = 0; index < bounds.length; index++) {
            numbers[index] = Long.parseLong(bounds[index]);
        }
        return new OnlineTable(new OnlineSink(
            columns(row, options), server(options), get(options, SCRIPT), get(options, HEAD), get(options, TAIL),
            ((Long) options.get(TTL)).longValue(), get(options, VIEW), numbers, get(options, BUCKETS).split(","),
            get(options, COUNTS)));
    }

    public String factoryIdentifier() {
        return "sqlfeat-redis";
    }

    public Set requiredOptions() {
        return new HashSet(Arrays.asList(
            new Object[] {URL_SHOWN, HOST, PORT, KEYS, ORDER, NAMES, SCRIPT, HEAD, TAIL, VIEW, BOUNDS, BUCKETS}));
    }

    public Set optionalOptions() {
        return new HashSet(Arrays.asList(
            new Object[] {DATABASE, USER, PASSWORD, TLS, AUTHORITIES, CHECK_HOST, TTL, COUNTS}));
    }

    public Set forwardOptions() {
        return Collections.emptySet();
    }

    private static OnlineColumns columns(RowType row, ReadableConfig options) {
        return new OnlineColumns(
            row, ((Integer) options.get(KEYS)).intValue(), ((Integer) options.get(ORDER)).intValue(),
            get(options, NAMES).split("\n"));
    }

    private static RedisServer server(ReadableConfig options) {
        return new RedisServer(
            get(options, URL_SHOWN), get(options, HOST), ((Integer) options.get(PORT)).intValue(),
            ((Integer) options.get(DATABASE)).intValue(), get(options, USER), get(options, PASSWORD),
            ((Boolean) options.get(TLS)).booleanValue(), get(options, AUTHORITIES),
            ((Boolean) options.get(CHECK_HOST)).booleanValue());
    }

    private static ConfigOption text(String name) {
        return ConfigOptions.key(name).stringType().noDefaultValue();
    }

    private static String get(ReadableConfig options, ConfigOption option) {
        return (String) options.get(option);
    }
}
