using System.Globalization;
using GpuOps.Errors;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>The id of a start: the job and the number of the start. Folders are named by it, so nothing else may stand in it.</summary>
/// <param name="Job">The job.</param>
/// <param name="Start">Which start of it, from 1.</param>
public readonly record struct RunId(long Job, int Start)
{
    /// <summary>Reads <c>17.1</c>.</summary>
    /// <param name="text">The id.</param>
    /// <exception cref="GpuOpsException"><c>InvalidRunOrder</c>.</exception>
    public static RunId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var job)
            && int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && new RunId(job, start) is var id && id.ToString() == text
                ? id
                : throw new GpuOpsException("InvalidRunOrder", GpuOpsErrorKind.InvalidArgument, $"'{text}' is not the id of a start, such as 17.1.", text);
    }

    /// <summary>The id as text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Job}.{Start}");
}
