namespace GpuOps.Schedulers.Slurm;

/// <summary>Counts the GPUs of resource lists. Shards and MPS are parts of GPUs and count none.</summary>
public static class SlurmGpuTally
{
    /// <summary>
    /// The GPUs of a list. Entries of a node (<c>gpu:a100:4,gpu:2</c>) add up. In accounting lists
    /// (<c>gres/gpu=8,gres/gpu:a100=8</c>) the entry without type is the sum, as far as it is larger than the typed ones.
    /// </summary>
    /// <param name="list">The entries.</param>
    public static SlurmGpus Of(IEnumerable<SlurmTres> list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var types = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long tracked = 0, trackedTyped = 0;
        foreach (var entry in list)
        {
            if (entry.Name != "gpu") continue;
            if (!entry.IsTracked) Add(types, entry.Type.Length == 0 ? SlurmGpus.AnyType : entry.Type, entry.Count);
            else if (entry.Type.Length == 0) tracked = Math.Max(tracked, entry.Count);
            else
            {
                trackedTyped = Bounded(trackedTyped, entry.Count);
                Add(types, entry.Type, entry.Count);
            }
        }

        Add(types, SlurmGpus.AnyType, tracked - trackedTyped);
        return types.Count == 0 ? SlurmGpus.None : new((int)types.Values.Aggregate(0L, static (sum, count) => Bounded(sum, count)), types);
    }

    private static void Add(SortedDictionary<string, int> types, string type, long count)
    {
        if (count > 0) types[type] = (int)Bounded(types.GetValueOrDefault(type), count);
    }

    // No cluster has that many, but a text can say so.
    private static long Bounded(long sum, long more) => Math.Min(int.MaxValue, sum + Math.Min(int.MaxValue, more));
}
