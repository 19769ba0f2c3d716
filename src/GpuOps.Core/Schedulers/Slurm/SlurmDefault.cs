using GpuOps.Configuration;

namespace GpuOps.Schedulers.Slurm;

/// <summary>One thing that a backend's entry can give to its jobs: a row of the table of them.</summary>
/// <param name="Key">Its key under <c>defaults</c>; a <c>*</c> at the end stands for any name.</param>
/// <param name="Type">How its value is read.</param>
/// <param name="Description">What it does, one sentence.</param>
internal sealed record SlurmDefault(string Key, SettingType Type, string Description)
{
    /// <summary>Whether a request says it itself.</summary>
    public required Func<SlurmJobRequest, bool> IsSaid { get; init; }

    /// <summary>The request with the default, given the key and the value.</summary>
    public required Func<SlurmJobRequest, string, string, SlurmJobRequest> Give { get; init; }

    /// <summary>The options of sbatch, long and short, with which a script or an additional argument says it.</summary>
    public IReadOnlyList<(string Name, char Letter)> Options { get; init; } = [];

    /// <summary>Whether a user's script can be given it, which is sent as it is.</summary>
    public bool IsForScripts { get; init; } = true;

    /// <summary>Whether a block of PowerShell can be given it, which runs on the node itself.</summary>
    public bool IsForBlocks { get; init; } = true;

    /// <summary>Whether a project's file may say it: what jobs ask for, but not what runs in them or where they write.</summary>
    public bool AllowedInProject { get; init; } = true;
}
