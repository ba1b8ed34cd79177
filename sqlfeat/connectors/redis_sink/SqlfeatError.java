package sqlfeat;

import java.io.IOException;

/** An error that has a code: Python finds it in the stack trace, and shows it as its own. */
public final class SqlfeatError extends IOException {
    public SqlfeatError(String code, String message, Throwable cause) {
        super(code + ": " + message.replace('\n', ' '), cause);
    }
}
