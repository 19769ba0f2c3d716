namespace GpuOps.Schedulers.Slurm;

/// <summary>Partitions as <c>scontrol show partition</c> prints them, with or without <c>-o</c>.</summary>
public static class ScontrolPartitions
{
    private const string Head = "PartitionName=";

    private static readonly Dictionary<string, SlurmPartitionState> States = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UP"] = SlurmPartitionState.Up,
        ["DOWN"] = SlurmPartitionState.Down,
        ["DRAIN"] = SlurmPartitionState.Drain,
        ["INACTIVE"] = SlurmPartitionState.Inactive,
    };

    /// <summary>Reads the partitions.</summary>
    /// <param name="text">What scontrol printed.</param>
    public static IReadOnlyList<SlurmPartition> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var partitions = new List<SlurmPartition>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(Head, StringComparison.Ordinal)) partitions.Add(new("", SlurmPartitionState.Unknown));
            if (partitions.Count == 0) continue;
            foreach (var (key, value) in ScontrolText.Pairs(line, static _ => false)) partitions[^1] = With(partitions[^1], key, value);
        }

        return partitions;
    }

    private static SlurmPartition With(SlurmPartition partition, string key, string value) => key switch
    {
        "PartitionName" => partition with { Name = value },
        "State" => partition with { State = States.GetValueOrDefault(value) },
        "Default" => partition with { IsDefault = value == "YES" },
        _ => partition,
    };
}
