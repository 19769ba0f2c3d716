using System.Diagnostics.CodeAnalysis;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// A job's id as Slurm writes it, kept as text: <c>123</c>, a task <c>123_4</c>, tasks <c>123_[1,3,5-9%2]</c>, a part of
/// a heterogeneous job <c>123+0</c>, a step <c>123.batch</c>, all of them with <c>;cluster</c> behind. It is never a
/// number: <c>123_4</c> is a task of 123 and nothing else.
/// </summary>
public readonly record struct SlurmJobId
{
    private readonly string? text;
    private readonly string? indices;
    private readonly int baseLength;
    private readonly int jobLength;

    private SlurmJobId(string text, in SlurmJobIdShape shape)
    {
        this.text = text;
        baseLength = shape.BaseLength;
        jobLength = shape.JobLength;
        Task = shape.Task;
        Component = shape.Component;
        indices = shape.Indices;
        Step = shape.Step ?? "";
        Cluster = shape.Cluster ?? "";
    }

    /// <summary>The number of the job or of the array it belongs to, as text: <c>123</c>.</summary>
    public string Base => text is null ? "" : text[..baseLength];

    /// <summary>The job without step and cluster: <c>123_4</c> of <c>123_4.batch;rig</c>.</summary>
    public SlurmJobId Job => text is null || jobLength == text.Length ? this : Parse(text[..jobLength]);

    /// <summary>The index of one task of an array.</summary>
    public long? Task { get; }

    /// <summary>The part of a heterogeneous job.</summary>
    public long? Component { get; }

    /// <summary>The step, like <c>batch</c> or <c>0</c>; empty for the job itself.</summary>
    public string Step => field ?? "";

    /// <summary>The cluster of a federation; empty when it was not named.</summary>
    public string Cluster => field ?? "";

    /// <summary>Whether it is one task of an array.</summary>
    public bool IsTask => Task is not null;

    /// <summary>Whether it stands for tasks of an array in brackets.</summary>
    public bool IsTaskSet => indices is not null;

    /// <summary>Whether it is a step of a job.</summary>
    public bool IsStep => Step.Length > 0;

    /// <summary>Whether Slurm left out tasks (<c>123_[1,3,...]</c>), as it does for long lists.</summary>
    public bool IsAbbreviated => indices is not null && SlurmArrayIndices.IsCut(indices);

    /// <summary>The tasks it names, in the order written: one, those in the brackets, or none.</summary>
    public IEnumerable<long> Tasks => Task is { } one ? [one] : indices is null ? [] : SlurmArrayIndices.Expand(indices);

    /// <summary>How many tasks may run at a time, when the brackets say so.</summary>
    public int? TaskLimit => indices is null ? null : SlurmArrayIndices.LimitOf(indices);

    /// <summary>Reads an id.</summary>
    /// <param name="text">What was written.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSlurmJobId</c>: not an id.</exception>
    public static SlurmJobId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var id)
            ? id
            : throw new GpuOpsException(
                "InvalidSlurmJobId",
                GpuOpsErrorKind.InvalidArgument,
                $"'{Excerpt.Of(text)}' is not the id of a Slurm job. Write it like 123, 123_4, 123_[1,5-9] or 123+0.",
                text);
    }

    /// <summary>Reads an id; false when it is none.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="id">The id.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out SlurmJobId id)
    {
        id = default;
        var trimmed = text?.Trim();
        if (trimmed is null || !SlurmJobIdShape.TryRead(trimmed, out var shape)) return false;
        id = new(trimmed, shape);
        return true;
    }

    /// <summary>One task of this job's array.</summary>
    /// <param name="index">Its index.</param>
    public SlurmJobId TaskOf(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        var suffix = Cluster.Length == 0 ? "" : ";" + Cluster;
        return Parse($"{Base}_{index}{suffix}");
    }

    /// <summary>
    /// Whether what is said of this id holds for the other: the same job, a task or part of it, or a step. A cluster
    /// that either leaves out is the same cluster.
    /// </summary>
    /// <param name="other">The other id.</param>
    public bool Covers(SlurmJobId other)
    {
        if (text is null || other.text is null || Base != other.Base) return false;
        if (Cluster.Length > 0 && other.Cluster.Length > 0 && Cluster != other.Cluster) return false;
        if (IsStep) return Step == other.Step && Job == other.Job;
        if (Component is not null) return Component == other.Component;
        if (!IsTask && !IsTaskSet) return true;
        return other.Task is { } task ? Tasks.Contains(task) : IsTaskSet && indices == other.indices;
    }

    /// <inheritdoc/>
    public bool Equals(SlurmJobId other) => string.Equals(text, other.text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => text is null ? 0 : StringComparer.Ordinal.GetHashCode(text);

    /// <summary>The id as Slurm writes it.</summary>
    public override string ToString() => text ?? "";
}
