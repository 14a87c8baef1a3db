"""Tables of a benchmark's figures, for people."""

from statistics import median

MIB = 1 << 20


def table(header: list[str], rows: list[list[str]]) -> str:
    """Lines of columns: the first one left-aligned, the others right-aligned as numbers are."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]

    def aligned(line: list[str]) -> str:
        first = line[0].ljust(widths[0])
        others = [text.rjust(width) for text, width in zip(line[1:], widths[1:], strict=True)]
        return "  ".join([first, *others])

    return "\n".join(aligned(line) for line in lines)


def medians(runs: list[dict]) -> dict:
    """One run's figures out of those of several: the median of each number, the first of everything else."""
    middle = {}
    for name, first in runs[0].items():
        values = [run[name] for run in runs]
        if isinstance(first, dict):
            middle[name] = medians(values)
        elif isinstance(first, (int, float)):
            middle[name] = median(values)
        else:
            middle[name] = first
    return middle


def mebibytes(size_bytes: float) -> str:
    return f"{size_bytes / MIB:.0f}"


def systems_table(runs: list[dict]) -> str:
    """One line a system. Of Onefold the functions are shown; a peer has no S3 and is its own only process."""
    header = ["system", "wall s", "CPU s", "memory MiB", "S3 requests", "S3 in MiB", "S3 out MiB", "invocations"]
    header += ["customers", "precision", "recall"]
    rows = []
    for run in runs:
        row = [run["system"], f"{run['wall_s']:.1f}"]
        functions = run.get("functions")
        if functions:
            row += [f"{functions['cpu_s']:.1f}", mebibytes(functions["max_rss_bytes"])]
            row += [f"{functions['s3_requests']:.0f}", mebibytes(functions["s3_bytes_in"])]
            row += [mebibytes(functions["s3_bytes_out"]), f"{functions['invocations']:.0f}"]
        else:
            row += [f"{run['cpu_s']:.1f}", mebibytes(run["peak_rss_bytes"]), "-", "-", "-", "-"]
        quality = run["quality"]
        row += [f"{quality['clusters']:.0f}", f"{quality['pair_precision']:.4f}", f"{quality['pair_recall']:.4f}"]
        rows.append(row)
    return table(header, rows)


def stages_table(stages: dict[str, dict]) -> str:
    """One line a stage of an Onefold run."""
    header = ["stage", "invocations", "CPU s", "elapsed s", "memory MiB", "S3 requests", "S3 in MiB", "S3 out MiB"]
    rows = [
        [
            stage,
            f"{taken['invocations']:.0f}",
            f"{taken['cpu_s']:.2f}",
            f"{taken['elapsed_s']:.2f}",
            mebibytes(taken["max_rss_bytes"]),
            f"{taken['s3_requests']:.0f}",
            mebibytes(taken["s3_bytes_in"]),
            mebibytes(taken["s3_bytes_out"]),
        ]
        for stage, taken in stages.items()
    ]
    return table(header, rows)
