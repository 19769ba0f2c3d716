namespace GpuOps.Pools.Rules;

internal sealed partial class HostLedger
{
    /// <summary>Makes the host's GPUs those of a layout; changes nothing where reservations are in the way.</summary>
    /// <param name="layout">The GPUs.</param>
    /// <param name="force">Ends reservations on GPUs that go away.</param>
    /// <param name="dryRun">Only says what would change.</param>
    public PoolInitialization Initialize(PoolLayout layout, bool force, bool dryRun)
    {
        var wanted = layout.Gpus.ToDictionary(gpu => gpu.Id);
        int[] removed = [.. _gpus.Keys.Where(id => !wanted.ContainsKey(id))];
        int[] added = [.. wanted.Keys.Where(id => !_gpus.ContainsKey(id)).Order()];
        int[] changed = [.. _gpus.Values.Where(gpu => wanted.TryGetValue(gpu.Id, out var to) && gpu.Description != to).Select(gpu => gpu.Id)];
        var inTheWay = Grants.Where(claim => claim.Held.Any(held => removed.Contains(held.Gpu))).ToArray();
        var outcome = new PoolInitialization(added, removed, changed, [.. inTheWay.Select(ToReservation)]);
        if (dryRun)
        {
            return outcome;
        }

        if (inTheWay.Length > 0 && !force)
        {
            Schedule();
            return outcome;
        }

        foreach (var claim in inTheWay)
        {
            End(claim, Now);
        }

        foreach (var id in removed)
        {
            _gpus.Remove(id);
            RemovedGpus.Add(id);
        }

        foreach (var id in added)
        {
            _gpus.Add(id, new LedgerGpu { Description = wanted[id] });
            Changes.Gpus.Add(_gpus[id]);
        }

        foreach (var id in changed)
        {
            _gpus[id].Description = wanted[id];
            Changes.Gpus.Add(_gpus[id]);
        }

        Changes.Use.RemoveWhere(gpu => !_gpus.ContainsKey(gpu.Id));
        Schedule();
        return outcome;
    }

    /// <summary>The GPUs that <see cref="Initialize"/> took away.</summary>
    public List<int> RemovedGpus { get; } = [];
}
