using System.Collections;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers one's own jobs that are not over.</summary>
public sealed class SlurmJobCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) => OpenSlurm(bound) is { } scheduler
        ? Wait(token => scheduler.ReadJobsAsync(new SlurmJobQuery(), token)).Jobs.Select(static job => (job.Id.ToString(), $"{job.Name}, {job.State}"))
        : [];
}
