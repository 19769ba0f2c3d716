namespace GpuOps.Schedulers.Slurm;

/// <summary>What a backend gives to jobs that do not say it themselves: not in the request, not in a script's <c>#SBATCH</c> lines.</summary>
internal static class SlurmDefaults
{
    /// <summary>The request with the defaults.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The backend's options.</param>
    /// <param name="written">The same request with the script that a template wrote for it, whose lines are stronger too.</param>
    public static SlurmJobRequest Apply(SlurmJobRequest request, SlurmOptions options, SlurmJobRequest? written = null)
    {
        if (options.Defaults.Count == 0) return request;
        var whole = request;
        foreach (var row in SlurmDefaultTable.Rows.Where(row => (row.IsForScripts || request.Script is null) && (row.IsForBlocks || request.Block is null) && !IsSaid(row, request, written ?? request)))
        {
            foreach (var (name, value) in ValuesOf(row, options)) whole = row.Give(whole, name, value);
        }

        return whole;
    }

    private static bool IsSaid(SlurmDefault row, SlurmJobRequest request, SlurmJobRequest written) =>
        row.IsSaid(request) || row.Options.Any(option => SbatchDirectives.Find(written, option.Name, option.Letter) is not null);

    private static IEnumerable<(string Name, string Value)> ValuesOf(SlurmDefault row, SlurmOptions options)
    {
        if (!row.Key.EndsWith('*')) return options.Defaults.TryGetValue(row.Key, out var one) ? [(row.Key, one)] : [];
        var group = row.Key[..^1];
        return options.Defaults.Where(pair => pair.Key.StartsWith(group, StringComparison.Ordinal)).Select(pair => (pair.Key[group.Length..], pair.Value));
    }
}
