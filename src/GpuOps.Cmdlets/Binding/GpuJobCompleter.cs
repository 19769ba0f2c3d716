using System.Collections;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers one's own jobs, the newest first.</summary>
public sealed class GpuJobCompleter : GpuOpsCompleter
{
    private const int Most = 50;

    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        Wait(token => OpenScheduler(bound).ReadJobsAsync(new GpuJobQuery { OnlyOwn = true, NewestFirst = true, Limit = Most }, token))
            .Select(static job => (job.Id, $"{job.Name}, {job.State}"));
}
