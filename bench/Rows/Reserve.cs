using GpuOps.Bench.Stores;
using GpuOps.Pools;
using GpuOps.Pools.Reservations;

namespace GpuOps.Bench.Rows;

/// <summary>Reserves and releases one GPU of eight, as a session does it.</summary>
internal sealed class Reserve(IGpuPool pool)
{
    private readonly ReservationClient _client = new(pool, (_, _) => Task.FromResult<GpuObservation?>(null), new ReservationClientOptions());
    private readonly ProcessIdentity? _self = LocalProcesses.Current;

    public async Task OnceAsync()
    {
        var grant = await _client.AcquireAsync(Request(ReservationIds.Next(), 1, _self), null, null, CancellationToken.None);
        await _client.ReleaseAsync(grant, CancellationToken.None);
    }

    public static ReservationRequest Request(string id, int count, ProcessIdentity? holder, string host = Store.Box) => new()
    {
        Id = id,
        Host = host,
        Demand = new GpuDemand(Count: count),
        User = Environment.UserName,
        ActualUser = Environment.UserName,
        Kind = ReservationKind.Session,
        Lease = TimeSpan.FromMinutes(5),
        Holder = holder,
    };
}
