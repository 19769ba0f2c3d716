namespace GpuOps.Schedulers.Slurm;

/// <summary>What <c>sacctmgr --noheader --parsable2 show</c> prints: a line for each, a bar between the fields.</summary>
internal static class SacctmgrOutput
{
    /// <summary>Reads names, and what stands behind them.</summary>
    /// <param name="text">What was printed for a format of one field, or two.</param>
    /// <returns>Each name once.</returns>
    public static IReadOnlyList<SlurmChoice> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(static line => line.Split('|', 2))
            .Where(static fields => fields[0].Length > 0)
            .Select(static fields => new SlurmChoice(fields[0], fields.ElementAtOrDefault(1) ?? ""))
            .DistinctBy(static choice => choice.Name)];
}
