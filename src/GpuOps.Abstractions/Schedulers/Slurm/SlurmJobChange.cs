namespace GpuOps.Schedulers.Slurm;

/// <summary>A job that went from one state to another.</summary>
/// <param name="Time">When that was seen (local time).</param>
/// <param name="From">The state before; null for a job that is seen for the first time.</param>
/// <param name="Job">The job as it is now.</param>
public sealed record SlurmJobChange(DateTime Time, SlurmJobState? From, SlurmJob Job)
{
    /// <summary>The state now; <see cref="SlurmJobState.Unknown"/> when Slurm has forgotten how the job ended.</summary>
    public SlurmJobState To => Job.State;

    /// <summary>The job's id; several tasks of an array that change together are one: <c>123_[5-9]</c>.</summary>
    public SlurmJobId Id => Job.Id;

    /// <summary>The job's name.</summary>
    public string Name => Job.Name;

    /// <summary>Whose it is.</summary>
    public string User => Job.User;

    /// <summary>Why it waits or how it ended, in Slurm's words.</summary>
    public string Reason => Job.Reason;

    /// <summary>The backend it is on.</summary>
    public string Backend => Job.Backend;

    /// <summary>What happened: <c>123 (train): Pending to Running</c>.</summary>
    public override string ToString() => From is { } from ? $"{Job}: {from} to {To}" : $"{Job}: {To}";
}
