using System.Collections.Concurrent;
using GpuOps.Pools.Reservations;
using GpuOps.Schedulers.Queue.Order;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Why jobs wait, as far as it is not in the store. The loop writes it, everybody reads it.</summary>
internal sealed class QueueNotes
{
    private readonly ConcurrentDictionary<DemandKind, string> _out = [];
    private readonly ConcurrentDictionary<long, QueueProgress> _places = [];
    private volatile string? _supervisor, _pool, _store;

    /// <summary>Why nothing starts; null when that is not so.</summary>
    public string? Supervisor { get => _supervisor; set => _supervisor = value; }

    /// <summary>Why nothing that needs GPUs starts; null when that is not so.</summary>
    public string? Pool { get => _pool; set => _pool = value; }

    /// <summary>Why nothing can be written down; null when that is not so.</summary>
    public string? Store { get => _store; set => _store = value; }

    /// <summary>Why certain demands cannot be met at the moment.</summary>
    public ConcurrentDictionary<DemandKind, string> Out => _out;

    /// <summary>Where jobs stand in the pool's line.</summary>
    public ConcurrentDictionary<long, QueueProgress> Places => _places;
}
