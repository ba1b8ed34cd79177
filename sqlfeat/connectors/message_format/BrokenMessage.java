package sqlfeat;

/** A message that is not what its source says; the text says why, for the reject log. */
public final class BrokenMessage extends Exception {
    public BrokenMessage(String reason) {
        super(reason, null, false, false);  // no stack trace: there may be many
    }
}
