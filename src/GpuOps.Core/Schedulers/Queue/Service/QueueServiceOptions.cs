using GpuOps.Pools.Sessions;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>What a queue's service works with.</summary>
public sealed record QueueServiceOptions
{
    /// <summary>The pool its jobs get their GPUs from, on this host.</summary>
    public required PoolSession Pool { get; init; }

    /// <summary>Reaches the supervisor, and starts one where there is none. Called again whenever it has gone.</summary>
    public required Func<CancellationToken, Task<IJobSupervisor>> ConnectAsync { get; init; }

    /// <summary>The cores that jobs without GPUs have together.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>The variables of the service, of which jobs get the few that say where they are.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Told what nobody else is told; never secrets.</summary>
    public Action<string> Log { get; init; } = static _ => { };

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
