using GpuOps.Configuration;

namespace GpuOps.Schedulers;

/// <summary>Takes jobs, runs them, and knows their state: a cluster's scheduler, wherever it is.</summary>
public interface IJobScheduler : IAsyncDisposable
{
    /// <summary>The backend's name, or the URI of one that has none.</summary>
    string Backend { get; }

    /// <summary>What a person calls it: <c>Slurm on this host</c>.</summary>
    string Description { get; }

    /// <summary>Looks step by step whether it can be used.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    IAsyncEnumerable<BackendCheck> TestAsync(CancellationToken cancellationToken);
}
