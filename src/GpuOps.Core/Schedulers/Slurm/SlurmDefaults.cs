namespace GpuOps.Schedulers.Slurm;

/// <summary>What a backend gives to jobs that do not say it themselves: not in the request, not in a script's <c>#SBATCH</c> lines.</summary>
internal static class SlurmDefaults
{
    /// <summary>The request with the defaults.</summary>
    /// <param name="request">The request.</param>
    /// <param name="options">The backend's options.</param>
    /// <param name="write">The same request with the script that a template writes for it, whose lines are stronger too. It is written only where a default could be.</param>
    public static SlurmJobRequest Apply(SlurmJobRequest request, SlurmOptions options, Func<SlurmJobRequest> write)
    {
        var whole = request;
        var written = new Lazy<SlurmJobRequest>(write);
        foreach (var row in SlurmDefaultTable.Rows.Where(row => (row.IsForScripts || request.Script is null) && (row.IsForBlocks || request.Block is null)))
        {
            if (ValuesOf(row, options).ToList() is not { Count: > 0 } values || IsSaid(row, request, written)) continue;
            foreach (var (name, value) in values) whole = row.Give(whole, name, value);
        }

        return whole;
    }

    private static bool IsSaid(SlurmDefault row, SlurmJobRequest request, Lazy<SlurmJobRequest> written) =>
        row.IsSaid(request) || row.Options.Any(option => SbatchDirectives.Find(written.Value, option.Name, option.Letter) is not null);

    private static IEnumerable<(string Name, string Value)> ValuesOf(SlurmDefault row, SlurmOptions options)
    {
        if (!row.Key.EndsWith('*')) return options.Defaults.TryGetValue(row.Key, out var one) ? [(row.Key, one)] : [];
        var group = row.Key[..^1];
        return options.Defaults.Where(pair => pair.Key.StartsWith(group, StringComparison.Ordinal)).Select(pair => (pair.Key[group.Length..], pair.Value));
    }
}
