"""Every diagnostic code: its title, the exit code it ends a run with, and where its long text is."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from sqlfeat.diagnostics.model import ExitCode, SqlfeatError


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What is known about a code.

    Attributes:
        title: a few words, lower case, no full stop.
        exit_code: what the process exits with when this is the first diagnostic of an error.
    """

    code: str
    title: str
    exit_code: ExitCode

    @property
    def explanation(self) -> str:
        """Markdown: what happened, why it is an error, an example of wrong and right."""
        file = resources.files("sqlfeat.diagnostics").joinpath("explanations", f"{self.code}.md")
        return file.read_text(encoding="utf-8")


# Ranges: SF00xx usage and environment, 01xx project and YAML, 02xx Jinja, 03xx SQL names and types, 04xx windows and
# time, 05xx refused because the engines differ, 06xx data, 08xx state, 09xx stores, 99xx bugs. Sorted by code; the
# long text of a code is explanations/<code>.md.
CODES: dict[str, CodeInfo] = {
    info.code: info
    for info in (
        CodeInfo("SF0001", "no project here", ExitCode.USAGE),
        CodeInfo("SF0002", "this form of `run` does not exist yet", ExitCode.USAGE),
        CodeInfo("SF0003", "refused to delete outside the project", ExitCode.REFUSED),
        CodeInfo("SF0004", "a file could not be written", ExitCode.ENVIRONMENT),
        CodeInfo("SF0005", "the start is not before the end", ExitCode.USAGE),
        CodeInfo("SF0006", "no such diagnostic code", ExitCode.USAGE),
        CodeInfo("SF0007", "the environment is not complete", ExitCode.ENVIRONMENT),
        CodeInfo("SF0008", "refused to replace a folder that is no catalog", ExitCode.REFUSED),
        CodeInfo("SF0009", "options of `run` that do not fit its streams", ExitCode.USAGE),
        CodeInfo("SF0010", "no Java that Flink can run on", ExitCode.ENVIRONMENT),
        CodeInfo("SF0011", "PyFlink is not installed", ExitCode.ENVIRONMENT),
        CodeInfo("SF0012", "Java did not start", ExitCode.ENVIRONMENT),
        CodeInfo("SF0020", "Maven is not installed", ExitCode.ENVIRONMENT),
        CodeInfo("SF0021", "a connector cannot be brought", ExitCode.ENVIRONMENT),
        CodeInfo("SF0022", "a connector is not the one that was pinned", ExitCode.ENVIRONMENT),
        CodeInfo("SF0023", "a connector is missing", ExitCode.ENVIRONMENT),
        CodeInfo("SF0101", "unknown key", ExitCode.FAILED),
        CodeInfo("SF0103", "nothing is selected", ExitCode.USAGE),
        CodeInfo("SF0104", "the YAML cannot be read", ExitCode.FAILED),
        CodeInfo("SF0105", "a key is given twice", ExitCode.FAILED),
        CodeInfo("SF0106", "a value of the wrong type", ExitCode.FAILED),
        CodeInfo("SF0107", "a required key is missing", ExitCode.FAILED),
        CodeInfo("SF0108", "a value that is not allowed", ExitCode.FAILED),
        CodeInfo("SF0109", "not a type of the language", ExitCode.FAILED),
        CodeInfo("SF0110", "no such column in the source", ExitCode.FAILED),
        CodeInfo("SF0111", "declared twice", ExitCode.FAILED),
        CodeInfo("SF0112", "a column that cannot do its task", ExitCode.FAILED),
        CodeInfo("SF0113", "which target to run in", ExitCode.USAGE),
        CodeInfo("SF0114", "the project requires another version of sqlfeat", ExitCode.FAILED),
        CodeInfo("SF0115", "a folder that does not exist", ExitCode.FAILED),
        CodeInfo("SF0116", "a model without a file", ExitCode.FAILED),
        CodeInfo("SF0117", "--vars sets an undeclared variable", ExitCode.USAGE),
        CodeInfo("SF0118", "the configuration of a model does not fit together", ExitCode.FAILED),
        CodeInfo("SF0119", "not a selection", ExitCode.USAGE),
        CodeInfo("SF0120", "models read each other in a circle", ExitCode.FAILED),
        CodeInfo("SF0121", "a test names what is not there", ExitCode.FAILED),
        CodeInfo("SF0122", "a row of a unit test that does not fit", ExitCode.FAILED),
        CodeInfo("SF0123", "a data test that does not fit its column", ExitCode.FAILED),
        CodeInfo("SF0124", "the file with rows of a unit test cannot be read", ExitCode.FAILED),
        CodeInfo("SF0201", "the template does not parse", ExitCode.FAILED),
        CodeInfo("SF0202", "an undefined name in a template", ExitCode.FAILED),
        CodeInfo("SF0203", "a function called wrongly", ExitCode.FAILED),
        CodeInfo("SF0204", "a tag that is not used in sqlfeat", ExitCode.FAILED),
        CodeInfo("SF0205", "a value that is not SQL", ExitCode.FAILED),
        CodeInfo("SF0206", "no such model", ExitCode.FAILED),
        CodeInfo("SF0207", "no such source", ExitCode.FAILED),
        CodeInfo("SF0208", "forbidden by the sandbox", ExitCode.FAILED),
        CodeInfo("SF0209", "an environment variable that cannot be used", ExitCode.FAILED),
        CodeInfo("SF0210", "an error raised by a macro", ExitCode.FAILED),
        CodeInfo("SF0211", "not a length of time", ExitCode.FAILED),
        CodeInfo("SF0212", "no such variable", ExitCode.FAILED),
        CodeInfo("SF0213", "a macro whose name is taken", ExitCode.FAILED),
        CodeInfo("SF0214", "no entity to take the keys from", ExitCode.FAILED),
        CodeInfo("SF0215", "an expression of a template fails", ExitCode.FAILED),
        CodeInfo("SF0216", "a model that is disabled", ExitCode.FAILED),
        CodeInfo("SF0217", "no such docs block", ExitCode.FAILED),
        CodeInfo("SF0300", "the SQL does not parse", ExitCode.FAILED),
        CodeInfo("SF0301", "column not found", ExitCode.FAILED),
        CodeInfo("SF0302", "function not found", ExitCode.FAILED),
        CodeInfo("SF0303", "types do not fit", ExitCode.FAILED),
        CodeInfo("SF0304", "column is ambiguous", ExitCode.FAILED),
        CodeInfo("SF0305", "relation not found", ExitCode.FAILED),
        CodeInfo("SF0306", "not in the language", ExitCode.FAILED),
        CodeInfo("SF0307", "two columns of one name", ExitCode.FAILED),
        CodeInfo("SF0308", "column without a name", ExitCode.FAILED),
        CodeInfo("SF0309", "in the wrong clause", ExitCode.FAILED),
        CodeInfo("SF0310", "not a feature view yet", ExitCode.FAILED),
        CodeInfo("SF0401", "not in event-time order", ExitCode.FAILED),
        CodeInfo("SF0402", "frame not possible", ExitCode.FAILED),
        CodeInfo("SF0403", "ties are left to chance", ExitCode.FAILED),
        CodeInfo("SF0404", "event time may be missing", ExitCode.FAILED),
        CodeInfo("SF0405", "`feature_time` is not the event time", ExitCode.FAILED),
        CodeInfo("SF0406", "aggregate without a window", ExitCode.FAILED),
        CodeInfo("SF0407", "window function misused", ExitCode.FAILED),
        CodeInfo("SF0408", "join not possible", ExitCode.FAILED),
        CodeInfo("SF0501", "refused: the engines differ, or the value is not a function of events", ExitCode.FAILED),
        CodeInfo("SF0502", "refused: this cast", ExitCode.FAILED),
        CodeInfo("SF0601", "the history of a source is missing", ExitCode.FAILED),
        CodeInfo("SF0602", "the history of a source cannot be read", ExitCode.FAILED),
        CodeInfo("SF0603", "a declared column is not in the history", ExitCode.FAILED),
        CodeInfo("SF0604", "computing a feature view failed", ExitCode.FAILED),
        CodeInfo("SF0605", "out of memory", ExitCode.ENVIRONMENT),
        CodeInfo("SF0606", "a source has no history", ExitCode.FAILED),
        CodeInfo("SF0607", "the path of the project cannot be given to DuckDB", ExitCode.ENVIRONMENT),
        CodeInfo("SF0611", "the stored rows have other columns", ExitCode.REFUSED),
        CodeInfo("SF0612", "another backfill is writing", ExitCode.FAILED),
        CodeInfo("SF0613", "the offline store is damaged", ExitCode.REFUSED),
        CodeInfo("SF0614", "nothing is stored of a feature view", ExitCode.FAILED),
        CodeInfo("SF0801", "Flink refuses the compiled SQL", ExitCode.FAILED),
        CodeInfo("SF0802", "the Flink job failed", ExitCode.FAILED),
        CodeInfo("SF0803", "a source has no stream", ExitCode.FAILED),
        CodeInfo("SF0804", "the stream's file is missing", ExitCode.FAILED),
        CodeInfo("SF0805", "the job runs already", ExitCode.FAILED),
        CodeInfo("SF0806", "refused: the state of a job was made by another definition", ExitCode.REFUSED),
        CodeInfo("SF0808", "no such job, or it does not run", ExitCode.FAILED),
        CodeInfo("SF0809", "no Flink cluster answers", ExitCode.ENVIRONMENT),
        CodeInfo("SF0810", "a detached job did not start", ExitCode.FAILED),
        CodeInfo("SF0811", "a job could not be stopped", ExitCode.FAILED),
        CodeInfo("SF0812", "an SQLite store and a cluster on other machines", ExitCode.FAILED),
        CodeInfo("SF0820", "Kafka cannot be reached", ExitCode.ENVIRONMENT),
        CodeInfo("SF0821", "a stream in Kafka without brokers", ExitCode.FAILED),
        CodeInfo("SF0822", "a topic cannot be read", ExitCode.ENVIRONMENT),
        CodeInfo("SF0823", "refused: an idle timeout under which windows drop events", ExitCode.FAILED),
        CodeInfo("SF0824", "the log of the online store cannot be written", ExitCode.ENVIRONMENT),
        CodeInfo("SF0901", "no row for this key", ExitCode.FAILED),
        CodeInfo("SF0902", "the online store cannot be reached", ExitCode.ENVIRONMENT),
        CodeInfo("SF0903", "the package `redis` is not installed", ExitCode.ENVIRONMENT),
        CodeInfo("SF0904", "a key or tie-breaker that an online store cannot hold", ExitCode.FAILED),
        CodeInfo("SF0905", "the key does not fit the feature view", ExitCode.FAILED),
        CodeInfo("SF0906", "no such feature view", ExitCode.FAILED),
        CodeInfo("SF9901", "a bug in sqlfeat", ExitCode.BUG),
        CodeInfo("SF9902", "DuckDB does not accept what was compiled", ExitCode.BUG),
    )
}


def exit_code_of(error: SqlfeatError) -> ExitCode:
    """The exit code of an error: that of its first diagnostic's code."""
    info = CODES.get(error.diagnostics[0].code)
    return info.exit_code if info else ExitCode.FAILED
