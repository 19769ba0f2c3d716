using GpuOps.Errors;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Waits until a partition has enough free, with one look at the cluster per interval.</summary>
/// <param name="scheduler">The cluster.</param>
/// <param name="poll">How often, and for how long.</param>
/// <param name="time">The clock.</param>
public sealed class SlurmResourceWait(SlurmScheduler scheduler, SlurmPoll poll, TimeProvider time)
{
    /// <summary>Waits.</summary>
    /// <param name="need">What must be free.</param>
    /// <param name="filter">Which partitions and types of GPUs count.</param>
    /// <param name="progress">Told after each look how the partitions stand, and why there was no answer if there was none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The first partition that has it: the cluster's default one before the others.</returns>
    /// <exception cref="GpuOpsException">
    /// <c>SlurmPartitionNotFound</c>, <c>SlurmResourceImpossible</c>: no partition has so much at all; <c>SlurmWaitTimeout</c>,
    /// or an error that will not pass by waiting.
    /// </exception>
    public async Task<SlurmResource> RunAsync(
        SlurmResourceNeed need, SlurmResourceFilter filter, Action<IReadOnlyList<SlurmResource>, string?> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(need);
        ArgumentNullException.ThrowIfNull(progress);
        SlurmResource? found = null;
        IReadOnlyList<SlurmResource> last = [];
        await poll.RunAsync(
            token => scheduler.ReadResourcesAsync(filter, token), IsEnough, fault => progress(last, fault.Message), Late, time, cancellationToken);
        return found!;

        bool IsEnough(SlurmResources answer)
        {
            last = answer.Partitions;
            progress(last, null);
            if (last.Count == 0)
                throw new GpuOpsException("SlurmPartitionNotFound", GpuOpsErrorKind.NotFound, $"'{scheduler.Backend}' has no such partition. Get-SlurmResource shows those it has.", scheduler.Backend);
            if (!last.Any(need.IsPossible))
                throw new GpuOpsException("SlurmResourceImpossible", GpuOpsErrorKind.InvalidArgument, $"No partition has {need} even when nobody uses it: {Stand(static part => part.GpusTotal, "in all")}. {(last.Any(static part => part.GpusTotal > 0) ? "Ask for less." : "Get-SlurmResource shows the GPUs there are.")}", need);
            found = last.OrderByDescending(static part => part.IsDefault).FirstOrDefault(need.IsFree);
            return found is not null;
        }

        GpuOpsException Late(Exception fault) => new("SlurmWaitTimeout", GpuOpsErrorKind.Timeout,
            $"After {poll.Timeout} no partition has {need}{(last.Count == 0 ? "; the cluster has not answered" : $": {Stand(static part => part.GpusFree, "free")}")}.", need, fault);

        string Stand(Func<SlurmResource, int> gpus, string what) => string.Join(", ", last.Select(part =>
            $"{part.Partition} has {gpus(part)} GPUs {(filter.GpuType is null ? "" : "of that type ")}{what} on {part.NodesTotal} nodes{(part.State == SlurmPartitionState.Up ? "" : $" and is {part.State}")}"));
    }
}
