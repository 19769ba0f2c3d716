namespace GpuOps.Schedulers.Slurm;

/// <summary>The GPUs of lists that come again and again: each distinct text is read once.</summary>
internal sealed class GpuTexts
{
    private const int MostTexts = 8192;

    private readonly Dictionary<string, SlurmGpus?>.AlternateLookup<ReadOnlySpan<char>> known =
        new Dictionary<string, SlurmGpus?>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The GPUs of a list; null when there is no list, or none that can be read.</summary>
    public SlurmGpus? Read(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text is "(null)" or "N/A") return null;
        if (known.TryGetValue(text, out var gpus)) return gpus;

        var made = SlurmTresText.TryParse(text, out var list) ? SlurmGpuTally.Of(list) : null;
        if (known.Dictionary.Count < MostTexts) known[text] = made;
        return made;
    }

    /// <summary>What a job wants, by what it said: for the whole job, or for each node or task.</summary>
    public SlurmGpus? ReadRequest(ReadOnlySpan<char> perJob, ReadOnlySpan<char> perNode, int? nodes, ReadOnlySpan<char> perTask, int? tasks) =>
        Read(perJob) is { Total: > 0 } all ? all
        : Read(perNode) is { Total: > 0 } each && nodes is { } nodeCount ? Times(each, nodeCount)
        : Read(perTask) is { Total: > 0 } one && tasks is { } taskCount ? Times(one, taskCount)
        : null;

    /// <summary>What Slurm counts, with the types of the request where it counts without: a waiting job has no types yet.</summary>
    public static SlurmGpus? Choose(SlurmGpus? counted, SlurmGpus? request)
    {
        if (counted is null || request is null) return counted ?? request;
        return counted.Total == request.Total && counted.ByType.ContainsKey(SlurmGpus.AnyType) ? request : counted;
    }

    private static SlurmGpus Times(SlurmGpus gpus, int count) => count == 1
        ? gpus
        : new(gpus.Total * count, gpus.ByType.ToDictionary(static pair => pair.Key, pair => pair.Value * count));
}
